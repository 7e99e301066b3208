import { CACHE_TAG_HEADER, CONTENT_SECURITY_POLICY, vary } from "../../lambda/answer/answers.ts";
import { cors } from "../../lambda/answer/headers.ts";
import type { Config } from "../../lambda/config/variables.ts";
import { AUTHORIZATION_HEADER, PATH_HEADER } from "../../lambda/http.ts";

/** Headers of every answer that a response headers policy has words of its own for. */
export const securityHeaders = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Content-Type-Options": "nosniff",
} as const;

/** The others: what S3 cannot say with a derivative, and the function says by itself. */
export const customHeaders = (config: Config): Readonly<Record<string, string>> => ({
  ...vary(config),
  ...cors(config),
});

/** What of a viewer's request, as the edge function left it, goes on to both origins. */
export const forwardedHeaders = (config: Config): readonly [string, ...string[]] => [
  PATH_HEADER,
  ...(config.secret === "" ? [] : [AUTHORIZATION_HEADER]),
];

/** What origins say to the edge, or of the request that was first, and no viewer hears; CloudFront takes ten at most. */
export const internalHeaders: readonly string[] = [
  CACHE_TAG_HEADER,
  "x-request-id",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
  "x-amz-storage-class",
  "x-amz-expiration",
  "x-amzn-requestid",
  "x-amzn-trace-id",
];
