import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { S3Client } from "@aws-sdk/client-s3";
import { startChild } from "../lambda/child.ts";

/** The buckets of the local cloud. */
export const buckets = { pictures: "pictures", derivatives: "derivatives" } as const;

/** How to reach an S3 and sign for it. */
export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

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

/** The variables that lead an AWS SDK there. */
export const accessVariables = ({ endpoint, region, credentials }: S3Access) => ({
  AWS_REGION: region,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});
