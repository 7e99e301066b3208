import { ownCloud } from "../../cloud/cloud.ts";
import { ownS3 } from "../../own-s3.ts";
import { drawn } from "../../pictures.ts";
import { keys } from "./project.ts";

/** A picture of 600 by 400 in a bucket, behind the local cloud. */
export async function ownSite(env: Readonly<Record<string, string>> = {}) {
  const s3 = await ownS3();
  await s3.put("cat.jpg", await drawn(600, 400).jpeg().toBuffer());
  const cloud = await ownCloud(s3, { env: { ...keys, ...env } });
  return {
    ...cloud,
    async [Symbol.asyncDispose]() {
      await cloud.stop();
      await s3[Symbol.asyncDispose]();
    },
  };
}
