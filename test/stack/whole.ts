import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { HttpVersion, PriceClass } from "aws-cdk-lib/aws-cloudfront";
import { LambdaDeploymentConfig } from "aws-cdk-lib/aws-codedeploy";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { StorageClass } from "aws-cdk-lib/aws-s3";
import type { ImageHandlerProps } from "../../lib/stack/image-handler.ts";

const arn = (rest: string) => `arn:aws:${rest}`;
const key = arn("kms:eu-central-1:111122223333:key/12345678-1234-1234-1234-123456789012");

/** Something for every prop there is: one that is forgotten does not compile. */
export const whole = {
  sourceBuckets: [
    "cats",
    { name: "dogs", prefix: "puppies/", region: "us-west-2", encryptionKey: key },
    { name: "birds", prefix: "young/" },
  ],
  sourceRemovalPolicy: RemovalPolicy.RETAIN,
  keepDerivatives: "always",
  keepDerivativesFor: Duration.days(90),
  derivativesStorageClass: StorageClass.INFREQUENT_ACCESS,
  derivativesRemovalPolicy: RemovalPolicy.RETAIN,
  encryptionKey: key,
  purge: true,
  environment: {
    IMGPROXY_QUALITY: 70,
    IMGPROXY_PRESETS: "thumb=w:100",
    IMGPROXY_ALLOW_ORIGIN: "*",
    IMGPROXY_AUTO_AVIF: true,
    IMGPROXY_SECRET: "open",
    IMGPROXY_WATERMARK_URL: "s3://brand/mark.png",
    IMGPROXY_FALLBACK_IMAGE_URL: "s3://brand/none.png",
    IMGPROXY_S3_ACCESS_POINTS: [{ name: "ap", arn: arn("s3:eu-central-1:111122223333:accesspoint/mine") }],
  },
  environmentKey: key,
  unsigned: false,
  keys: { secret: arn("secretsmanager:eu-central-1:111122223333:secret:keys-AbCdEf") },
  keysEncryptionKey: key,
  edgeVerification: true,
  // It reads no bucket then: see `assuming`.
  assumedRole: undefined,
  architecture: Architecture.X86_64,
  memorySize: 3008,
  timeout: Duration.seconds(40),
  reservedConcurrency: 50,
  provisionedConcurrency: 5,
  accountConcurrency: 2000,
  ephemeralStorage: 1024,
  network: {
    subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    securityGroupIds: ["sg-0123456789abcdef0"],
  },
  tracing: true,
  rollout: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  logRetention: RetentionDays.ONE_WEEK,
  logRemovalPolicy: RemovalPolicy.RETAIN,
  domain: {
    names: ["img.example.com", "example.com"],
    certificate: arn("acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"),
    hostedZone: { id: "Z0123456789ABCDEFGHIJ", name: "example.com" },
  },
  priceClass: PriceClass.PRICE_CLASS_100,
  httpVersion: HttpVersion.HTTP2,
  ipv6: true,
  webAcl: arn("wafv2:us-east-1:111122223333:global/webacl/mine/12345678-1234-1234-1234-123456789012"),
  accessLogs: "logs",
  originShieldRegion: "eu-central-1",
  responseStreaming: undefined,
  // Where the edge verifies there is none.
  keysRevision: undefined,
  additionalMetrics: true,
  alarms: { topic: arn("sns:eu-central-1:111122223333:pager") },
  dashboard: true,
  chaos: {},
  // It cannot send the secret; the smallest stack has it.
  playground: undefined,
  warming: { presets: ["thumb"], inventoryBucket: "inventories" },
} as const satisfies Every<ImageHandlerProps>;

type Every<Props> = { readonly [Name in keyof Required<Props>]: Props[Name] };

/** The same with sources that a role of another account reads, and an Origin Shield that is looked up. */
export const assuming = {
  ...whole,
  assumedRole: { arn: arn("iam::444455556666:role/reads-pictures"), externalId: "told" },
  originShieldRegion: "nearest",
} satisfies ImageHandlerProps;
