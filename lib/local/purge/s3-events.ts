import { randomUUID } from "node:crypto";
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "../listen.ts";
import type { S3Access } from "../s3/access.ts";

/** What happens to objects. */
export type ObjectEvent = "Object Created" | "Object Deleted";

/** An event of S3's as EventBridge tells it: keys are themselves, not encoded. */
export const s3Event = (happened: ObjectEvent, bucket: string, key: string): string =>
  JSON.stringify({
    version: "0",
    id: randomUUID(),
    "detail-type": happened,
    source: "aws.s3",
    account: "000000000000",
    time: new Date().toISOString(),
    region: "us-east-1",
    resources: [`arn:aws:s3:::${bucket}`],
    detail: { version: "0", bucket: { name: bucket }, object: { key }, reason: reasons[happened] },
  });

const reasons = { "Object Created": "PutObject", "Object Deleted": "DeleteObject" } as const;

/** An S3 that tells of every object that was written to a bucket or deleted there. */
export interface TellingS3 extends S3Access {
  stop(): void;
}

/** EventBridge's part before an S3 that has none: goes between it and whoever writes, and tells `heard` of what S3 has done. */
export async function startS3Events(
  s3: S3Access,
  bucket: string,
  heard: (event: string) => void,
): Promise<TellingS3> {
  const { hostname, port } = new URL(s3.endpoint);
  const pass = (request: IncomingMessage, response: ServerResponse) => {
    const { method = "GET", url: path, headers } = request;
    const passing = ask({ hostname, port, method, path, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
      const event = (answered.statusCode ?? 500) < 300 ? eventOf(method, path) : undefined;
      if (event !== undefined) answered.on("end", () => heard(event));
    });
    passing.on("error", () => response.destroy());
    request.pipe(passing);
  };
  const eventOf = (method: string, path = "") => {
    const [, named, key = ""] = new URL(path, s3.endpoint).pathname.slice(base.length).split(/^\/([^/]+)\//);
    const happened = happenings[method];
    return named === bucket && happened ? s3Event(happened, bucket, decodeURIComponent(key)) : undefined;
  };
  const base = new URL(s3.endpoint).pathname.replace(/\/$/, "");
  const server = createServer(pass);
  const endpoint = s3.endpoint.replace(`:${port}`, `:${await listen(server)}`);
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { ...s3, endpoint, stop };
}

const happenings: Readonly<Record<string, ObjectEvent>> = { PUT: "Object Created", DELETE: "Object Deleted" };
