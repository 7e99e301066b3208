import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { buckets, s3Client, startS3 } from "../lib/local/s3/s3.ts";

/** An embedded S3 of the test's own, in a folder that goes with it. */
export async function ownS3() {
  const folder = await mkdtemp(join(tmpdir(), "shutterspeed-"));
  const s3 = await startS3(folder);
  const client = s3Client(s3);
  return {
    ...s3,
    folder,
    put: (key: string, body: Uint8Array, encoding?: string) =>
      client.send(
        new PutObjectCommand({ Bucket: buckets.pictures, Key: key, Body: body, ContentEncoding: encoding }),
      ),
    /** The headers of a derivative; undefined when there is none. */
    derivative: (key: string) =>
      client.send(new HeadObjectCommand({ Bucket: buckets.derivatives, Key: key })).catch(() => undefined),
    /** The keys of derivatives that begin so. */
    async derivatives(prefix: string): Promise<readonly string[]> {
      const listing = new ListObjectsV2Command({ Bucket: buckets.derivatives, Prefix: prefix });
      return ((await client.send(listing)).Contents ?? []).flatMap(({ Key }) => Key ?? []);
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await s3.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
