import { CACHE_TAG_HEADER, CONTENT_SECURITY_POLICY, vary } from "../../lambda/answer/answers.ts";
import { cors } from "../../lambda/answer/headers.ts";
import type { Config } from "../../lambda/config/variables.ts";

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

/** What origins say to the edge, or of the request that was first, and no viewer hears. */
export const internalHeaders: readonly string[] = [
  CACHE_TAG_HEADER,
  "x-request-id",
  "x-amz-server-side-encryption",
  "x-amz-expiration",
];
