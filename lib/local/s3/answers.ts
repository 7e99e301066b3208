import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { conditionOf, type Range, rangeOf } from "./conditions.ts";
import { type SourceFile, stampOf } from "./source-files.ts";

/** Answers GET or HEAD with a file, or a part of it, as S3 would with an object that has these headers; 404 without a file. */
export function give(
  request: IncomingMessage,
  response: ServerResponse,
  file: SourceFile | undefined,
  headers: Readonly<Record<string, string>> = {},
): void {
  const etag = stampOf(file);
  const condition = file ? conditionOf(request.headers, etag, file.changed) : 404;
  const range = rangeOf(request.headers.range, file?.size ?? 0);
  if (!file || condition === 404 || condition === 412) refuse(response, condition ?? 404);
  else if (range === "outside") refuse(response, 416);
  else {
    const told = {
      ...headers,
      etag,
      "last-modified": new Date(file.changed).toUTCString(),
      "accept-ranges": "bytes",
      "content-type": file.type,
    };
    if (condition === 304) response.writeHead(304, told).end();
    else send(request, response, file, range, told);
  }
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { path, size }: SourceFile,
  range: Range | undefined,
  headers: Readonly<Record<string, string>>,
): void {
  const { first, last } = range ?? { first: 0, last: size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    "content-length": last - first + 1,
    ...(range && { "content-range": `bytes ${first}-${last}/${size}` }),
  });
  if (method === "HEAD" || size === 0) {
    response.end();
    return;
  }
  const stream = createReadStream(path, { start: first, end: last });
  stream.on("error", () => response.destroy()).pipe(response);
  response.on("close", () => stream.destroy());
}

const codes: Readonly<Record<number, string>> = {
  404: "NoSuchKey",
  412: "PreconditionFailed",
  416: "InvalidRange",
};

/** Answers with an error of S3. */
export function refuse(response: ServerResponse, status: number, code = codes[status]): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`;
  response.writeHead(status, { "content-type": "application/xml", "content-length": body.length }).end(body);
}
