import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { S3Client } from "@aws-sdk/client-s3";
import { startChild } from "../lambda/child.ts";
import { buckets, type S3Access } from "./access.ts";

export { accessVariables, buckets, type S3Access } from "./access.ts";

/** An S3 of our own, on 127.0.0.1. */
export interface LocalS3 extends S3Access {
  stop(): Promise<void>;
}

/** Starts an embedded S3 that keeps its objects in `folder`, and hears of `host` beside this machine. Ready within half a second or so. */
export async function startS3(folder: string, host = "localhost"): Promise<LocalS3> {
  const credentials = { accessKeyId: "local", secretAccessKey: "not-a-secret" };
  const program = fileURLToPath(new URL("s3-process.ts", import.meta.url));
  const names = Object.values(buckets);
  const child = startChild(
    [program, folder, host, credentials.accessKeyId, credentials.secretAccessKey, ...names],
    process.env,
  );
  let complaint = "";
  child.process.stdout?.resume();
  child.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });

  const endpoint = await Promise.race([
    once(child.process, "message").then(([told]) => String(told)),
    child.gone.then(() => undefined),
  ]);
  if (endpoint === undefined) throw new Error(`the embedded S3 did not start: ${complaint.trim()}`);

  const stop = async () => {
    if (child.process.connected) child.process.disconnect();
    await child.gone;
  };
  return { endpoint, region: "us-east-1", credentials, stop };
}

/** A client for it. Uploads do not wait for a 100-continue, which the embedded S3 never sends. */
export const s3Client = ({ endpoint, region, credentials }: S3Access): S3Client =>
  new S3Client({ endpoint, region, credentials, forcePathStyle: true, expectContinueHeader: false });
