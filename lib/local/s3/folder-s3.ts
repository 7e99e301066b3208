import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { listen } from "../listen.ts";
import { buckets, type S3Access } from "./access.ts";
import { give, refuse } from "./answers.ts";
import { survey } from "./folder.ts";
import { deleteObjects, list } from "./listing.ts";
import { type SourceFile, sourceFile } from "./source-files.ts";

/** What is served as S3. */
export interface FolderS3Props {
  /** Its files are the objects of the bucket `pictures`, as they are now. */
  readonly pictures: string;
  /** Where the objects of the bucket `derivatives` are kept; what lies there before goes. */
  readonly derivatives: string;
  /** Hears under which key the pictures were asked, and of what was found there. */
  readonly read?: (key: string, version: string | undefined, file: SourceFile | undefined) => void;
}

/** As much of S3 as the function and the edge ask of it, on 127.0.0.1. Whoever reaches it on this machine may ask. */
export interface FolderS3 extends S3Access {
  stop(): Promise<void>;
}

/** An object that was put. */
interface Kept extends SourceFile {
  readonly headers: Readonly<Record<string, string>>;
}

/** Starts it. Of a derivative the bytes lie on disk, and all else here: it lives no longer than this process. */
export async function startFolderS3({
  pictures,
  derivatives,
  read = () => {},
}: FolderS3Props): Promise<FolderS3> {
  await rm(derivatives, { recursive: true, force: true });
  await mkdir(derivatives, { recursive: true });
  const kept = new Map<string, Kept>();
  let count = 0;

  const keep = async (key: string, request: IncomingMessage): Promise<number> => {
    const body = await buffer(request);
    if (request.headers["if-none-match"] === "*" && kept.has(key)) return 412;
    const path = join(derivatives, String(count++));
    await writeFile(path, body);
    const headers = keptHeaders(request);
    kept.set(key, {
      path,
      size: body.length,
      changed: Date.now(),
      type: headers["content-type"] ?? "",
      headers,
    });
    return 200;
  };
  const remove = (key: string) => {
    const { path } = kept.get(key) ?? {};
    kept.delete(key);
    if (path !== undefined) rm(path, { force: true }).catch(() => {});
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { bucket, key, version } = named(request);
    if (request.method === "PUT" && bucket === buckets.derivatives) {
      const status = await keep(key, request);
      return status === 200 ? response.writeHead(200, { etag: '"kept"' }).end() : refuse(response, status);
    }
    if (bucket === buckets.derivatives && request.method === "POST")
      return deleteObjects(request, response, remove);
    if (bucket === buckets.derivatives && key === "") return list(request, response, kept.keys());
    if (bucket === buckets.derivatives) return give(request, response, kept.get(key), kept.get(key)?.headers);
    if (bucket === buckets.pictures && key === "")
      return list(request, response, (await survey(pictures)).pictures);
    if (bucket !== buckets.pictures) return refuse(response, 404, "NoSuchBucket");
    const file = await sourceFile(pictures, key, version);
    read(key, version, file);
    give(request, response, file);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "not-a-secret" },
    async stop() {
      server.close();
      server.closeAllConnections();
      await rm(derivatives, { recursive: true, force: true });
    },
  };
}

function named({ url = "/" }: IncomingMessage) {
  const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(pathname) ?? [];
  return { bucket, key: decodeURIComponent(key), version: searchParams.get("versionId") ?? undefined };
}

const keptNames = /^(content-type|cache-control|content-disposition|x-amz-meta-.*)$/;

const keptHeaders = ({ headersDistinct }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headersDistinct)
      .filter(([name]) => keptNames.test(name))
      .map(([name, values]) => [name, values?.join(", ") ?? ""]),
  );
