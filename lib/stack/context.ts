import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { HttpVersion, PriceClass } from "aws-cdk-lib/aws-cloudfront";
import { type ILambdaDeploymentConfig, LambdaDeploymentConfig } from "aws-cdk-lib/aws-codedeploy";
import { Schedule } from "aws-cdk-lib/aws-events";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { StorageClass } from "aws-cdk-lib/aws-s3";
import type { KeysPlace } from "../../lambda/keys/places.ts";
import type { Environment } from "../environment.ts";
import { isOurs } from "../settings.ts";
import { didYouMean } from "../spelling.ts";
import { amount, type Context, choice, type Every, text, word, words } from "./context-values.ts";
import type { DeliveryProps } from "./delivery.ts";
import type { Domain } from "./domain.ts";
import type { ImageFunctionProps } from "./image-function.ts";
import type { ImageHandlerProps } from "./image-handler.ts";
import type { Network } from "./network.ts";
import type { SigningProps } from "./signing.ts";
import type { AssumedRole } from "./source-grants.ts";
import { sources, sourcesIn } from "./sources-context.ts";
import type { StorageProps } from "./storage.ts";
import { asText } from "./variables.ts";
import type { Warming } from "./warming.ts";
import { watchingNames, watchingOf } from "./watching-context.ts";

const names = [
  "stack",
  "sourceBuckets",
  "newSourceBucket",
  "sourceRemovalPolicy",
  "keepDerivatives",
  "keepDerivativesDays",
  "derivativesStorageClass",
  "derivativesRemovalPolicy",
  "encryptionKey",
  "purge",
  "environment",
  "environmentKey",
  "unsigned",
  "keysSecret",
  "keysParameter",
  "keysEncryptionKey",
  "keysRevision",
  "edgeVerification",
  "assumedRole",
  "assumedRoleExternalId",
  "architecture",
  "memory",
  "timeout",
  "reservedConcurrency",
  "provisionedConcurrency",
  "accountConcurrency",
  "ephemeralStorage",
  "subnets",
  "securityGroups",
  "tracing",
  "responseStreaming",
  "rollout",
  "logRetentionDays",
  "logRemovalPolicy",
  "domainNames",
  "certificate",
  "hostedZoneId",
  "hostedZoneName",
  "priceClass",
  "httpVersion",
  "ipv6",
  "webAcl",
  "accessLogs",
  "originShieldRegion",
  "additionalMetrics",
  "playground",
  "sampleUrls",
  ...watchingNames,
  "warmPresets",
  "warmAccepts",
  "warmSchedule",
  "warmConcurrency",
  "warmToleratedFailures",
  "warmInventoryBucket",
] as const;

/** What to deploy, as the context says it. */
export interface Settings extends Omit<Every<ImageHandlerProps>, "environment"> {
  /** What the stack is called. */
  readonly stack: string;
  readonly sampleUrls: boolean | undefined;
  readonly environment: Environment;
}

/** Reads the context. Throws one sentence when it makes no sense. */
export function settingsOf(context: Context): Settings {
  for (const name of Object.keys(context)) checkName(name);
  return {
    stack: text(context, "stack") || "Shutterspeed",
    environment: environmentOf(context),
    unsigned: choice(context, "unsigned", truth),
    keys: keys(text(context, "keysSecret"), text(context, "keysParameter")),
    keysEncryptionKey: word(context, "keysEncryptionKey"),
    keysRevision: word(context, "keysRevision"),
    edgeVerification: choice(context, "edgeVerification", truth),
    ...storageOf(context),
    ...functionOf(context),
    ...deliveryOf(context),
    ...watchingOf(context),
    warming: warming(context),
    playground: choice(context, "playground", truth),
    sampleUrls: choice(context, "sampleUrls", truth),
  };
}

const truth = { true: true, false: false };
const removal = { retain: RemovalPolicy.RETAIN, destroy: RemovalPolicy.DESTROY };

const storageOf = (
  context: Context,
): Every<StorageProps & Pick<ImageFunctionProps, "keepDerivatives"> & Pick<ImageHandlerProps, "purge">> => ({
  sourceBuckets: sources(sourcesIn(context), choice(context, "newSourceBucket", truth)),
  sourceRemovalPolicy: choice(context, "sourceRemovalPolicy", removal),
  keepDerivatives: choice(context, "keepDerivatives", {
    "by cost": "by cost",
    always: "always",
    never: "never",
  } as const),
  keepDerivativesFor: amount(context, "keepDerivativesDays", 1, 3650, Duration.days),
  derivativesStorageClass: choice(context, "derivativesStorageClass", storageClasses),
  derivativesRemovalPolicy: choice(context, "derivativesRemovalPolicy", removal),
  encryptionKey: word(context, "encryptionKey"),
  purge: choice<boolean | "deleted">(context, "purge", { ...truth, deleted: "deleted" }),
});

const functionOf = (
  context: Context,
): Every<Omit<ImageFunctionProps, keyof SigningProps | "environment" | "keepDerivatives">> => ({
  assumedRole: role(text(context, "assumedRole"), text(context, "assumedRoleExternalId")),
  architecture: choice(context, "architecture", {
    arm64: Architecture.ARM_64,
    x86_64: Architecture.X86_64,
  }),
  memorySize: amount(context, "memory", 128, 10_240, Number),
  timeout: amount(context, "timeout", 1, 900, Duration.seconds),
  reservedConcurrency: amount(context, "reservedConcurrency", 0, 100_000, Number),
  provisionedConcurrency: amount(context, "provisionedConcurrency", 0, 100_000, Number),
  accountConcurrency: amount(context, "accountConcurrency", 1, 10_000_000, Number),
  ephemeralStorage: amount(context, "ephemeralStorage", 512, 10_240, Number),
  network: network(words(context, "subnets"), words(context, "securityGroups")),
  tracing: choice(context, "tracing", truth),
  responseStreaming: choice(context, "responseStreaming", truth),
  rollout: choice(context, "rollout", rollouts),
  environmentKey: word(context, "environmentKey"),
  logRetention: choice(context, "logRetentionDays", retentions),
  logRemovalPolicy: choice(context, "logRemovalPolicy", removal),
});

const deliveryOf = (context: Context): Every<Omit<DeliveryProps, "images" | "derivatives">> => ({
  domain: domain(context),
  priceClass: choice(context, "priceClass", {
    100: PriceClass.PRICE_CLASS_100,
    200: PriceClass.PRICE_CLASS_200,
    all: PriceClass.PRICE_CLASS_ALL,
  }),
  httpVersion: choice(context, "httpVersion", {
    1.1: HttpVersion.HTTP1_1,
    2: HttpVersion.HTTP2,
    3: HttpVersion.HTTP3,
    "2and3": HttpVersion.HTTP2_AND_3,
  }),
  ipv6: choice(context, "ipv6", truth),
  webAcl: word(context, "webAcl"),
  accessLogs: word(context, "accessLogs"),
  originShieldRegion: word(context, "originShieldRegion"),
  additionalMetrics: choice(context, "additionalMetrics", truth),
});

/** By their own names. */
const storageClasses = Object.fromEntries(
  [
    StorageClass.INTELLIGENT_TIERING,
    StorageClass.GLACIER_INSTANT_RETRIEVAL,
    StorageClass.INFREQUENT_ACCESS,
    StorageClass.ONE_ZONE_INFREQUENT_ACCESS,
  ].map((storageClass) => [storageClass.value, storageClass]),
);

const rollouts: Readonly<Record<string, ILambdaDeploymentConfig>> = {
  canary: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  linear: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE,
};

/** The days CloudWatch knows. */
const retentions: Readonly<Record<string, RetentionDays>> = Object.fromEntries(
  Object.values(RetentionDays).flatMap((days) =>
    typeof days === "number" && days < RetentionDays.INFINITE ? [[days, days]] : [],
  ),
);

/** Names the CDK says something under: its own, what it looked up, and two of its command line. */
const isOfTheCdk = (name: string) =>
  /[:@/]/.test(name) || name === "cli-telemetry" || name === "acknowledged-issue-numbers";

function checkName(name: string): void {
  if (isOfTheCdk(name) || names.some((known) => known === name)) return;
  throw new Error(
    `${name}: not a setting we know${didYouMean(name, names, `; they are ${names.join(", ")}`)}`,
  );
}

function environmentOf({ environment = {} }: Context): Environment {
  if (typeof environment !== "object" || environment === null || Array.isArray(environment)) {
    throw new Error("environment: expected a map of variables in cdk.json");
  }
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (!isOurs(name)) {
        throw new Error(
          `environment: expected names that begin with IMGPROXY_ or SHUTTERSPEED_, got "${name}"`,
        );
      }
      return [name, asText(name, value)];
    }),
  );
}

function domain(context: Context): Domain | undefined {
  const names = words(context, "domainNames");
  const certificate = text(context, "certificate");
  const [id, name] = [text(context, "hostedZoneId"), text(context, "hostedZoneName")];
  if (names.length > 0 !== (certificate !== "")) {
    throw new Error("domainNames and certificate: expected both or none");
  }
  if ((id !== "") !== (name !== "") || (id !== "" && certificate === "")) {
    throw new Error("hostedZoneId and hostedZoneName: expected both, beside domainNames, or none");
  }
  return certificate ? { names, certificate, ...(id && { hostedZone: { id, name } }) } : undefined;
}

function keys(secret: string, parameter: string): KeysPlace | undefined {
  if (secret !== "" && parameter !== "") {
    throw new Error("keysSecret and keysParameter: expected one of them, got both");
  }
  if (secret !== "") return { secret };
  return parameter === "" ? undefined : { parameter };
}

function role(arn: string, externalId: string): AssumedRole | undefined {
  if (arn === "" && externalId !== "")
    throw new Error("assumedRoleExternalId: expected assumedRole beside it");
  return arn === "" ? undefined : { arn, ...(externalId && { externalId }) };
}

function network(subnetIds: readonly string[], securityGroupIds: readonly string[]): Network | undefined {
  if (subnetIds.length > 0 !== securityGroupIds.length > 0) {
    throw new Error("subnets and securityGroups: expected both or none");
  }
  return subnetIds.length > 0 ? { subnetIds, securityGroupIds } : undefined;
}

/** What is said of warming says nothing without presets. */
function warming(context: Context): Warming | undefined {
  const presets = words(context, "warmPresets");
  const stray = names.find((name) => /^warm(?!Presets)/.test(name) && text(context, name) !== "");
  if (presets.length === 0) {
    if (stray === undefined) return undefined;
    throw new Error(`${stray}: expected warmPresets beside it`);
  }
  const { warmAccepts: said } = context;
  // They hold commas: several are a list in cdk.json.
  const accepts = Array.isArray(said) ? said.map(String) : [text(context, "warmAccepts")].filter(Boolean);
  const schedule = text(context, "warmSchedule");
  return {
    presets,
    ...(accepts.length > 0 && { accepts }),
    ...(schedule !== "" && { schedule: Schedule.expression(schedule) }),
    maxConcurrency: amount(context, "warmConcurrency", 1, 10_000, Number),
    toleratedFailurePercentage: amount(context, "warmToleratedFailures", 0, 100, Number),
    inventoryBucket: word(context, "warmInventoryBucket"),
  };
}
