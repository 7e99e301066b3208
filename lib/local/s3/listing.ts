import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { refuse } from "./answers.ts";

/** Objects that a page of a listing tells of, as in S3. */
const PAGE = 1000;

/** Answers ListObjectsV2 with a page of these keys. */
export function list(request: IncomingMessage, response: ServerResponse, keys: Iterable<string>): void {
  const { searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const after = searchParams.get("continuation-token") ?? "";
  const prefix = searchParams.get("prefix") ?? "";
  const found = [...keys].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = found.slice(0, PAGE);
  const more = found.length > PAGE;
  answer(response, "ListBucketResult", [
    `<KeyCount>${page.length}</KeyCount><IsTruncated>${more}</IsTruncated>`,
    more ? `<NextContinuationToken>${escaped(page.at(-1) ?? "")}</NextContinuationToken>` : "",
    ...page.map((key) => `<Contents><Key>${escaped(key)}</Key></Contents>`),
  ]);
}

/** Answers DeleteObjects; `remove` deletes each. */
export async function deleteObjects(
  request: IncomingMessage,
  response: ServerResponse,
  remove: (key: string) => void,
): Promise<void> {
  const keys = [...(await text(request)).matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
  if (keys.length === 0 || keys.length > PAGE) return refuse(response, 400, "MalformedXML");
  for (const key of keys) remove(unescaped(key));
  answer(response, "DeleteResult", []);
}

function answer(response: ServerResponse, name: string, parts: readonly string[]): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</${name}>`;
  response.writeHead(200, { "content-type": "application/xml" }).end(body);
}

const marks = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
] as const;

const escaped = (text: string) => marks.reduce((all, [mark, name]) => all.replaceAll(mark, name), text);
const unescaped = (text: string) =>
  marks.toReversed().reduce((all, [mark, name]) => all.replaceAll(name, mark), text);
