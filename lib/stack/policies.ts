import { Duration } from "aws-cdk-lib";
import {
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import type { Construct } from "constructs";
import type { Config } from "../../lambda/config/variables.ts";
import { accountWideName } from "./names.ts";
import { customHeaders, forwardedHeaders, internalHeaders, securityHeaders } from "./policy-headers.ts";

/** What a picture is cached under: the edge function has put into the URI all that may change it. */
export const derivativeCachePolicy = (scope: Construct) =>
  new CachePolicy(scope, "DerivativeCachePolicy", {
    comment: "Keyed by the URI alone; kept for as long as the answer says",
    headerBehavior: CacheHeaderBehavior.none(),
    cookieBehavior: CacheCookieBehavior.none(),
    queryStringBehavior: CacheQueryStringBehavior.none(),
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(0),
    maxTtl: Duration.days(365),
  });

/** What an origin hears. Not Host: the function URL answers to its own name only, and the signature covers it. */
export const originalPathRequestPolicy = (scope: Construct, config: Config) =>
  new OriginRequestPolicy(scope, "OriginalPathRequestPolicy", {
    originRequestPolicyName: accountWideName(scope, "OriginalPath"),
    comment: "Hands on the path as the viewer wrote it",
    headerBehavior: OriginRequestHeaderBehavior.allowList(...forwardedHeaders(config)),
  });

/** What every answer says, S3's too. */
export function imageResponseHeaders(scope: Construct, config: Config): ResponseHeadersPolicy {
  const said = Object.entries(customHeaders(config));
  return new ResponseHeadersPolicy(scope, "ImageResponseHeaders", {
    responseHeadersPolicyName: accountWideName(scope, "ImageHeaders"),
    comment: "An SVG may not run anything; an answer is what its type says",
    securityHeadersBehavior: {
      contentSecurityPolicy: {
        contentSecurityPolicy: securityHeaders["Content-Security-Policy"],
        override: true,
      },
      contentTypeOptions: { override: true },
    },
    removeHeaders: [...internalHeaders],
    // A CORS behaviour would drop the Vary.
    ...(said.length > 0 && {
      customHeadersBehavior: {
        customHeaders: said.map(([header, value]) => ({ header, value, override: true })),
      },
    }),
  });
}
