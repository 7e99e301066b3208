import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { ask, ownAnswer } from "../../lib/local/edge/http.ts";
import { type Origin, within } from "../../lib/local/edge/origins.ts";
import { type S3Access, s3Client } from "../../lib/local/s3/s3.ts";

/** Seconds a signature of ours holds; it is used at once. */
const SIGNED_FOR = 60;

/** The objects of a bucket whose S3 wants signatures, as CloudFront gives them. It answers within `timeout` seconds. */
export function signedOrigin(access: S3Access, bucket: string, timeout: number): Origin {
  const client = s3Client(access);
  return async ({ method, uri }) => {
    if (uri === "/") return ownAnswer(403, "Forbidden");
    const object = { Bucket: bucket, Key: uri.slice(1) };
    const command = method === "HEAD" ? new HeadObjectCommand(object) : new GetObjectCommand(object);
    const url = await getSignedUrl(client, command, { expiresIn: SIGNED_FOR });
    return within(timeout, (signal) => ask(url, method, {}, signal));
  };
}
