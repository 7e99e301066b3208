import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { HttpVersion, PriceClass } from "aws-cdk-lib/aws-cloudfront";
import { type ILambdaDeploymentConfig, LambdaDeploymentConfig } from "aws-cdk-lib/aws-codedeploy";
import { Schedule } from "aws-cdk-lib/aws-events";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { StorageClass } from "aws-cdk-lib/aws-s3";
import type { KeysPlace } from "../../lambda/keys/places.ts";
import type { Environment } from "../environment.ts";
import { integerIn, isOurs } from "../settings.ts";
import { didYouMean } from "../spelling.ts";
import type { DeliveryProps } from "./delivery.ts";
import type { Domain } from "./domain.ts";
import type { ImageFunctionProps } from "./image-function.ts";
import type { ImageStackProps } from "./image-stack.ts";
import type { Network } from "./network.ts";
import type { SourceBucket } from "./sources.ts";
import type { StorageProps } from "./storage.ts";
import type { Warming } from "./warming.ts";

/** What `cdk.json` and `-c name=value` say. */
export type Context = Readonly<Record<string, unknown>>;

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
  "environment",
  "environmentKey",
  "unsigned",
  "keysSecret",
  "keysParameter",
  "keysEncryptionKey",
  "edgeVerification",
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
  "playground",
  "warmPresets",
  "warmAccepts",
  "warmSchedule",
  "warmConcurrency",
  "warmToleratedFailures",
  "warmInventoryBucket",
] as const;
type Name = (typeof names)[number];

/** What to deploy, as the context says it. Throws one sentence when the context makes no sense. */
export function settingsOf(context: Context): ImageStackProps & { readonly stack: string } {
  for (const name of Object.keys(context)) checkName(name);
  return {
    stack: text(context, "stack") || "Shutterspeed",
    environment: environmentOf(context),
    unsigned: choice(context, "unsigned", truth),
    keys: keys(text(context, "keysSecret"), text(context, "keysParameter")),
    keysEncryptionKey: word(context, "keysEncryptionKey"),
    ...storageOf(context),
    ...functionOf(context),
    ...deliveryOf(context),
    warming: warming(context),
    playground: choice(context, "playground", truth),
  };
}

const truth = { true: true, false: false };
const removal = { retain: RemovalPolicy.RETAIN, destroy: RemovalPolicy.DESTROY };

const storageOf = (context: Context): StorageProps & Pick<ImageStackProps, "keepDerivatives"> => ({
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
});

const functionOf = (context: Context): ImageFunctionProps => ({
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

const deliveryOf = (context: Context): Omit<DeliveryProps, "images" | "derivatives"> => ({
  edgeVerification: choice(context, "edgeVerification", truth),
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

/** Nothing at all is no answer: a deployment that forgot the buckets of the one before would take the function's access away. */
function sources<T>(named: readonly T[], make = false): readonly T[] {
  if (named.length > 0 !== make) return named;
  throw new Error(
    make
      ? "sourceBuckets and newSourceBucket: expected one of them, got both"
      : "sourceBuckets: expected the names of the buckets pictures lie in, or newSourceBucket=true to have one made",
  );
}

/** Words such as `cats dogs/puppies/`, or in cdk.json a list of them and of maps. */
function sourcesIn(context: Context): readonly (string | SourceBucket)[] {
  const { sourceBuckets } = context;
  if (Array.isArray(sourceBuckets)) return sourceBuckets.map(sourceIn);
  return words(context, "sourceBuckets").map(sourceIn);
}

function sourceIn(given: unknown): string | SourceBucket {
  if (typeof given === "string") {
    const slash = given.indexOf("/");
    return slash < 0 ? given : { name: given.slice(0, slash), prefix: given.slice(slash + 1) };
  }
  const says = Object.entries(Object(given)).map(([name, value]) => [name, String(value)] as const);
  const stranger = says.find(([name]) => !["name", "prefix", "region", "encryptionKey"].includes(name));
  const { name = "", ...more }: Readonly<Record<string, string>> = Object.fromEntries(says);
  if (name !== "" && stranger === undefined) return { name, ...more };
  throw new Error(
    `sourceBuckets: expected names, or maps of name, prefix, region and encryptionKey, got ${JSON.stringify(given)}`,
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
      if (typeof value === "object")
        throw new Error(`environment.${name}: expected text, a number, true or false`);
      return [name, String(value)];
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

const word = (context: Context, name: Name) => text(context, name) || undefined;
const text = (context: Context, name: Name) => String(context[name] ?? "").trim();
const words = (context: Context, name: Name) =>
  text(context, name)
    .split(/[\s,]+/)
    .filter(Boolean);

function amount<T>(
  context: Context,
  name: Name,
  min: number,
  max: number,
  unit: (amount: number) => T,
): T | undefined {
  const given = text(context, name);
  return given === "" ? undefined : unit(integerIn(name, given, min, max));
}

function choice<T>(context: Context, name: Name, choices: Readonly<Record<string, T>>): T | undefined {
  const given = text(context, name);
  if (given === "" || Object.hasOwn(choices, given)) return choices[given];
  throw new Error(`${name}: expected ${Object.keys(choices).join(" or ")}, got "${given}"`);
}
