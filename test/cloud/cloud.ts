import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { imageUrls, type Options } from "../../lib/client/index.ts";
import { bundle } from "../../lib/local/bundle.ts";
import { type CloudProps, startCloud } from "../../lib/local/cloud.ts";
import type { Served } from "../../lib/local/edge.ts";
import { buckets, type S3Access, s3Client, startS3 } from "../../lib/local/s3.ts";

const keys = { IMGPROXY_KEY: "943b421c9eb07c83", IMGPROXY_SALT: "520f986b998545b4" };

const built = bundle();

/** An embedded S3 of the test's own, in a folder that goes with it. */
export async function ownS3() {
  const folder = await mkdtemp(join(tmpdir(), "shutterspeed-"));
  const s3 = await startS3(folder);
  const client = s3Client(s3);
  return {
    ...s3,
    folder,
    put: (key: string, body: Uint8Array) =>
      client.send(new PutObjectCommand({ Bucket: buckets.pictures, Key: key, Body: body })),
    /** The headers of a derivative; undefined when there is none. */
    derivative: (key: string) =>
      client.send(new HeadObjectCommand({ Bucket: buckets.derivatives, Key: key })).catch(() => undefined),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await s3.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Edge and function on an S3, with what they told. */
export async function ownCloud(s3: S3Access, props: Partial<CloudProps> = {}) {
  const served: Served[] = [];
  const logged: string[] = [];
  const cloud = await startCloud({
    bundle: await built,
    s3,
    concurrency: 2,
    ...props,
    env: { ...keys, ...props.env },
    served: (one) => served.push(one),
    log: (line) => logged.push(line),
  });
  const urls = imageUrls({ base: cloud.origin, key: keys.IMGPROXY_KEY, salt: keys.IMGPROXY_SALT });
  return {
    ...cloud,
    served,
    logged,
    url: (key: string, asked: Options = {}) => urls.url(`s3://${buckets.pictures}/${key}`, asked),
    [Symbol.asyncDispose]: cloud.stop,
  };
}

/** The path of a URL, as the edge receives it. */
export const pathOf = (url: string): string => url.slice(new URL(url).origin.length);
