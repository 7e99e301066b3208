import { Duration } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  CfnDistribution,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { FunctionUrlOrigin, OriginGroup, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { FunctionUrlAuthType } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { CACHE_TAG_HEADER } from "../../lambda/answer/answers.ts";
import type { Config } from "../../lambda/config/variables.ts";
import { AUTHORIZATION_HEADER, PATH_HEADER } from "../../lambda/http.ts";
import { viewerRequestCode } from "./edge-code.ts";
import { errorResponses } from "./error-responses.ts";
import type { ImageFunction } from "./image-function.ts";
import { customHeaders, securityHeaders } from "./policy-headers.ts";

/** The names the distribution answers to beside its own. */
export interface Domain {
  readonly names: readonly string[];
  /** ARN of a certificate for them in us-east-1, where CloudFront looks for it. */
  readonly certificate: string;
}

export interface DeliveryProps {
  readonly images: ImageFunction;
  /** Where finished pictures lie, each under its cache key. */
  readonly derivatives: IBucket;
  /** @default - CloudFront's own name only */
  readonly domain?: Domain | undefined;
  /** @default PriceClass.PRICE_CLASS_ALL */
  readonly priceClass?: PriceClass | undefined;
}

/**
 * The way to a viewer: a URL becomes a cache key at the edge; what is not cached comes from the derivative bucket,
 * what is not kept there is drawn by the function.
 */
export class Delivery extends Construct {
  readonly distribution: Distribution;

  /** Throws when the function may take longer than CloudFront is willing to wait. */
  constructor(scope: Construct, id: string, { images, derivatives, domain, priceClass }: DeliveryProps) {
    super(scope, id);
    const readTimeout = readTimeoutFor(images.timeout);
    const url = images.function.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });

    this.distribution = new Distribution(this, "Distribution", {
      comment: "Pictures, drawn as their URLs ask",
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: priceClass ?? PriceClass.PRICE_CLASS_ALL,
      ...(domain && {
        domainNames: [...domain.names],
        certificate: Certificate.fromCertificateArn(this, "Certificate", domain.certificate),
      }),
      defaultBehavior: {
        origin: new OriginGroup({
          primaryOrigin: S3BucketOrigin.withOriginAccessControl(derivatives, oneAttempt),
          fallbackOrigin: FunctionUrlOrigin.withOriginAccessControl(url, {
            ...oneAttempt,
            readTimeout,
            keepaliveTimeout: Duration.seconds(60),
          }),
          fallbackStatusCodes: failoverStatusCodes,
        }),
        // A group fails over for these and no others.
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: this.#derivativeCachePolicy(),
        originRequestPolicy: this.#originalPathRequestPolicy(images.config),
        responseHeadersPolicy: this.#imageResponseHeaders(images.config),
        functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: this.#edge(images) }],
        compress: false,
      },
      errorResponses: [...errorResponses],
    });
    override(this.distribution, "CacheTagConfig.HeaderName", CACHE_TAG_HEADER);
    override(
      this.distribution,
      "Origins.0.S3OriginConfig.OriginReadTimeout",
      derivativeReadTimeout.toSeconds(),
    );
  }

  #edge({ config, function: drawing }: ImageFunction) {
    const edge = new EdgeFunction(this, "ViewerRequest", {
      comment: "The picture's URL becomes its cache key",
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(viewerRequestCode(config)),
    });
    // A key the function does not know yet is answered, but not cached.
    edge.node.addDependency(drawing);
    return edge;
  }

  /** The edge function has put into the URI all that may change the picture. */
  #derivativeCachePolicy() {
    return new CachePolicy(this, "DerivativeCachePolicy", {
      comment: "Keyed by the URI alone; kept for as long as the answer says",
      headerBehavior: CacheHeaderBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      queryStringBehavior: CacheQueryStringBehavior.none(),
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(365),
    });
  }

  /** Not Host: the function URL answers to its own name only, and the signature covers it. */
  #originalPathRequestPolicy(config: Config) {
    return new OriginRequestPolicy(this, "OriginalPathRequestPolicy", {
      comment: "Hands on the path as the viewer wrote it",
      headerBehavior: OriginRequestHeaderBehavior.allowList(
        PATH_HEADER,
        ...(config.secret === "" ? [] : [AUTHORIZATION_HEADER]),
      ),
    });
  }

  #imageResponseHeaders(config: Config) {
    const said = Object.entries(customHeaders(config));
    return new ResponseHeadersPolicy(this, "ImageResponseHeaders", {
      comment: "An SVG may not run anything; an answer is what its type says",
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: securityHeaders["Content-Security-Policy"],
          override: true,
        },
        contentTypeOptions: { override: true },
      },
      // A CORS behaviour would drop the Vary.
      ...(said.length > 0 && {
        customHeadersBehavior: {
          customHeaders: said.map(([header, value]) => ({ header, value, override: true })),
        },
      }),
    });
  }
}

/** A second attempt also repeats a request that was answered too late: one slow picture would be drawn twice. */
const oneAttempt = { connectionAttempts: 1, connectionTimeout: Duration.seconds(2) };

/** A bucket that does not answer must not hold up for long what the function can draw. */
const derivativeReadTimeout = Duration.seconds(5);

/** S3 says 403 for a missing key to whoever may not list. A failing bucket is a miss, too. */
const failoverStatusCodes = [403, 404, 500, 502, 503, 504];

/** What Lambda may take before the function's own clock starts. */
const coldStartAllowance = Duration.seconds(10);
const maxReadTimeout = Duration.seconds(120);

/** How long CloudFront waits for a function that answers within `timeout`. */
function readTimeoutFor(timeout: Duration): Duration {
  const wait = timeout.plus(coldStartAllowance);
  if (wait.toSeconds() <= maxReadTimeout.toSeconds()) return wait;
  const most = maxReadTimeout.minus(coldStartAllowance);
  throw new Error(
    `timeout: expected at most ${most.toSeconds()} seconds, for CloudFront waits ${maxReadTimeout.toSeconds()} and a cold start may take ${coldStartAllowance.toSeconds()}, got ${timeout.toSeconds()}`,
  );
}

/** Sets what the construct library has no word for yet. */
function override(distribution: Distribution, path: string, value: string | number): void {
  const { defaultChild } = distribution.node;
  if (defaultChild instanceof CfnDistribution) {
    defaultChild.addPropertyOverride(`DistributionConfig.${path}`, value);
  }
}
