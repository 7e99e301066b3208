import { Duration, Stack, Token } from "aws-cdk-lib";
import {
  AllowedMethods,
  CfnDistribution,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  FunctionUrlOriginAccessControl,
  HttpVersion,
  PriceClass,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { FunctionUrlOrigin, OriginGroup, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { CfnPermission, FunctionUrlAuthType, InvokeMode } from "aws-cdk-lib/aws-lambda";
import { Bucket, CfnBucket, type IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { CACHE_TAG_HEADER } from "../../lambda/answer/answers.ts";
import { COLD_START_ALLOWANCE, DERIVATIVE_READ_TIMEOUT, failoverStatusCodes } from "../origins.ts";
import { acknowledge } from "./acknowledged.ts";
import { type Domain, leadTo, namesAndCertificate } from "./domain.ts";
import { viewerRequestCode } from "./edge-code.ts";
import { EdgeKeys } from "./edge-keys.ts";
import { errorResponses } from "./error-responses.ts";
import type { ImageFunction } from "./image-function.ts";
import { accountWideName } from "./names.ts";
import { originShieldIn } from "./origin-shield.ts";
import { derivativeCachePolicy, imageResponseHeaders, originalPathRequestPolicy } from "./policies.ts";
import { bucketIn, bucketName } from "./sources.ts";

export interface DeliveryProps {
  readonly images: ImageFunction;
  /** Where finished pictures lie, each under its cache key. */
  readonly derivatives: IBucket;
  /** @default - CloudFront's own name only */
  readonly domain?: Domain | undefined;
  /** @default PriceClass.PRICE_CLASS_ALL */
  readonly priceClass?: PriceClass | undefined;
  /** @default HttpVersion.HTTP2_AND_3 */
  readonly httpVersion?: HttpVersion | undefined;
  /** @default true */
  readonly ipv6?: boolean | undefined;
  /**
   * ARN of a WAF web ACL made for CloudFront, in us-east-1.
   *
   * @default - none
   */
  readonly webAcl?: string | undefined;
  /**
   * The bucket access logs go to, by name or of the app; one that takes ACLs, for CloudFront writes with them.
   *
   * @default - none are written
   */
  readonly accessLogs?: string | IBucket | Bucket | undefined;
  /**
   * The region all edges ask through, one that is near the stack's; `nearest` finds it: fewer pictures are drawn twice.
   *
   * @default - edges ask by themselves
   */
  readonly originShieldRegion?: string | undefined;
  /**
   * Whether CloudFront writes its additional metrics, the cache hit rate among them, for about 2.4 dollars a month.
   *
   * @default false
   */
  readonly additionalMetrics?: boolean | undefined;
}

/**
 * The way to a viewer: a URL becomes a cache key at the edge; what is not cached comes from the derivative bucket,
 * what is not kept there is drawn by the function.
 */
export class Delivery extends Construct {
  readonly distribution: Distribution;
  /** What runs at the edge, before anything is asked for. */
  readonly edge: EdgeFunction;
  /** Where the edge finds its keys; `undefined` where it verifies nothing. */
  readonly edgeKeys: EdgeKeys | undefined;

  /** Throws one sentence when the function may take longer than CloudFront is willing to wait, or CloudFront would not take a prop. */
  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const { images, domain, ipv6 = true } = props;
    checkWebAcl(props.webAcl);
    this.edgeKeys = images.verifiedAtEdge ? new EdgeKeys(this, "EdgeKeys", images) : undefined;
    this.edge = this.#edge(images);
    const { accessLogs } = props;
    this.distribution = new Distribution(this, "Distribution", {
      comment: "Pictures, drawn as their URLs ask",
      httpVersion: props.httpVersion ?? HttpVersion.HTTP2_AND_3,
      enableIpv6: ipv6,
      priceClass: props.priceClass ?? PriceClass.PRICE_CLASS_ALL,
      ...(props.webAcl && { webAclId: props.webAcl }),
      ...(accessLogs && { logBucket: logsBucketOf(this, accessLogs), logIncludesCookies: false }),
      ...(domain && namesAndCertificate(this, domain)),
      defaultBehavior: {
        origin: this.#origins(props),
        // A group fails over for these and no others.
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: derivativeCachePolicy(this),
        originRequestPolicy: originalPathRequestPolicy(this, images.config),
        responseHeadersPolicy: imageResponseHeaders(this, images.config),
        functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: this.edge }],
        compress: false,
      },
      ...(props.additionalMetrics && { publishAdditionalMetrics: true }),
      errorResponses: [...errorResponses],
    });
    acknowledge(this.distribution, "AwsSolutions-CFR1");
    if (!props.webAcl) acknowledge(this.distribution, "AwsSolutions-CFR2");
    if (!accessLogs) acknowledge(this.distribution, "AwsSolutions-CFR3");
    if (!domain) acknowledge(this.distribution, "AwsSolutions-CFR4");
    this.#override("CacheTagConfig.HeaderName", CACHE_TAG_HEADER);
    this.#override("Origins.0.S3OriginConfig.OriginReadTimeout", DERIVATIVE_READ_TIMEOUT);
    // What the URL calls its function does not say which version may be called.
    for (const permission of this.distribution.node.findAll()) {
      if (permission instanceof CfnPermission) permission.functionName = images.alias.functionArn;
    }
    if (domain) leadTo(this.distribution, this, domain, ipv6);
  }

  /** The bucket first, then the function. */
  #origins({ images, derivatives, originShieldRegion: shield }: DeliveryProps): OriginGroup {
    const asked = { ...oneAttempt, ...(shield && { originShieldRegion: originShieldIn(this, shield) }) };
    const ofBucket = new S3OriginAccessControl(this, "ReadDerivatives", {
      originAccessControlName: accountWideName(this, "ReadDerivatives"),
    });
    const ofFunction = new FunctionUrlOriginAccessControl(this, "CallFunction", {
      originAccessControlName: accountWideName(this, "CallFunction"),
    });
    const url = images.alias.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      ...(images.config.responseStreaming && { invokeMode: InvokeMode.RESPONSE_STREAM }),
    });
    return new OriginGroup({
      primaryOrigin: S3BucketOrigin.withOriginAccessControl(derivatives, {
        ...asked,
        originAccessControl: ofBucket,
      }),
      fallbackOrigin: FunctionUrlOrigin.withOriginAccessControl(url, {
        ...asked,
        originAccessControl: ofFunction,
        readTimeout: readTimeoutFor(images.timeout),
        keepaliveTimeout: Duration.seconds(60),
      }),
      fallbackStatusCodes: [...failoverStatusCodes],
    });
  }

  /** Sets what the construct library has no word for yet. */
  #override(path: string, value: string | number): void {
    const { defaultChild } = this.distribution.node;
    if (defaultChild instanceof CfnDistribution) {
      defaultChild.addPropertyOverride(`DistributionConfig.${path}`, value);
    }
  }

  #edge({ config, alias }: ImageFunction) {
    const edge = new EdgeFunction(this, "ViewerRequest", {
      comment: "The picture's URL becomes its cache key",
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(viewerRequestCode(config, this.edgeKeys !== undefined)),
      ...(this.edgeKeys && { keyValueStore: this.edgeKeys.store }),
    });
    // A key the function does not know yet is answered, but not cached.
    edge.node.addDependency(alias);
    // Without keys it would refuse everything.
    if (this.edgeKeys) edge.node.addDependency(this.edgeKeys);
    return edge;
  }
}

/** A second attempt also repeats a request that was answered too late: one slow picture would be drawn twice. */
const oneAttempt = { connectionAttempts: 1, connectionTimeout: Duration.seconds(2) };

/** What Lambda may take before the function's own clock starts. */
const coldStartAllowance = Duration.seconds(COLD_START_ALLOWANCE);
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

function logsBucketOf(scope: Construct, given: string | IBucket | Bucket): IBucket {
  if (typeof given !== "string") return takingAcls(bucketIn("accessLogs", given));
  return Bucket.fromBucketName(scope, "AccessLogs", bucketName("accessLogs", given));
}

/** As S3 makes a bucket unless told otherwise, it takes no ACLs, and CloudFront refuses it. */
function takingAcls(bucket: IBucket): IBucket {
  const made = bucket.node.defaultChild;
  const said =
    made instanceof CfnBucket ? JSON.stringify(Stack.of(made).resolve(made.ownershipControls)) : "";
  if (said !== undefined && !said.includes("BucketOwnerEnforced")) return bucket;
  throw new Error(
    `accessLogs: expected a bucket that takes ACLs, as with objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED, got ${bucket.node.id}`,
  );
}

function checkWebAcl(arn = ""): void {
  const ofCloudFront = /^arn:[\w-]+:wafv2:us-east-1:\d{12}:global\/webacl\/.+/;
  if (arn === "" || Token.isUnresolved(arn) || ofCloudFront.test(arn)) return;
  throw new Error(
    `webAcl: expected the ARN of a web ACL made for CloudFront, arn:aws:wafv2:us-east-1:…:global/webacl/…, got "${arn}"`,
  );
}
