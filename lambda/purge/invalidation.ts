import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { environmentCredentials, signedPost } from "../store/signed-post.ts";

/**
 * Has every edge drop what these name: `#` and a tag, or a path. Two times the same `reference` is one invalidation. Rejects with
 * CloudFront's word for it when that refuses, as while 3000 are in progress.
 */
export type Invalidate = (items: readonly string[], reference: string) => Promise<void>;

/** Tags of one invalidation: CloudFront has up to 3000 of a distribution in progress, each counting one, and what comes after waits. */
export const MOST_ITEMS = 1000;

/** ms CloudFront may take; it is slower than most. */
const TIMEOUT = 10_000;

/** Invalidations of a distribution. The SDK's client would be half a megabyte for this one request. */
export function invalidationsOf(
  distribution: string,
  env: Readonly<Record<string, string | undefined>>,
  credentials: AwsCredentialIdentityProvider = environmentCredentials(env),
): Invalidate {
  const { region, host } = env.AWS_REGION?.startsWith("cn-") ? china : world;
  return async (items, reference) => {
    const { status, text } = await signedPost(
      {
        service: "cloudfront",
        endpoint: env.AWS_ENDPOINT_URL_CLOUDFRONT ?? `https://${host}`,
        path: `/2020-05-31/distribution/${distribution}/invalidation`,
        timeout: TIMEOUT,
        headers: { "content-type": "application/xml" },
        body: batch(items, reference),
      },
      { AWS_REGION: region },
      credentials,
    );
    // One that it has been told before need not be created.
    if (status !== 201 && status !== 200) throw new Error(`CloudFront: ${status} ${wordIn(text)}`);
  };
}

/** CloudFront lies in no region, but is signed for in one. */
const world = { region: "us-east-1", host: "cloudfront.amazonaws.com" };
const china = { region: "cn-northwest-1", host: "cloudfront.cn-northwest-1.amazonaws.com.cn" };

const batch = (items: readonly string[], reference: string) =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">',
    `<Paths><Quantity>${items.length}</Quantity><Items>`,
    // Hex after a #, or a path of ours: nothing to escape.
    ...items.map((item) => `<Path>${item}</Path>`),
    `</Items></Paths><CallerReference>${reference}</CallerReference></InvalidationBatch>`,
  ].join("");

/** What CloudFront calls its refusal. */
const wordIn = (xml: string) => /<Code>(\w+)<\/Code>/.exec(xml)?.[1] ?? "";
