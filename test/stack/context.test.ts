import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { HttpVersion, PriceClass } from "aws-cdk-lib/aws-cloudfront";
import { LambdaDeploymentConfig } from "aws-cdk-lib/aws-codedeploy";
import { Schedule } from "aws-cdk-lib/aws-events";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { StorageClass } from "aws-cdk-lib/aws-s3";
import project from "../../cdk.json" with { type: "json" };
import { settingsOf } from "../../lib/stack/context.ts";

test("settings are read from cdk.json's values and from the words of -c alike", () => {
  const { keepDerivativesFor, timeout, ...settings } = settingsOf({
    ...project.context,
    "aws:cdk:bundling-stacks": ["**"],
    stack: "Pictures",
    sourceBuckets: "cats, dogs",
    keepDerivativesDays: 7,
    environment: { IMGPROXY_QUALITY: 70, IMGPROXY_AUTO_WEBP: true },
    unsigned: "true",
    architecture: "x86_64",
    memory: "3008",
    timeout: 40,
    reservedConcurrency: "9",
    domainNames: "a.example.com b.example.com",
    certificate: "arn",
  });
  const said = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  assert.deepEqual(said, {
    stack: "Pictures",
    sourceBuckets: ["cats", "dogs"],
    environment: { IMGPROXY_QUALITY: "70", IMGPROXY_AUTO_WEBP: "true" },
    unsigned: true,
    architecture: Architecture.X86_64,
    memorySize: 3008,
    reservedConcurrency: 9,
    domain: { names: ["a.example.com", "b.example.com"], certificate: "arn" },
  });
  assert.deepEqual([keepDerivativesFor?.toDays(), timeout?.toSeconds()], [7, 40]);
});

test("what is not said is left to the constructs", () => {
  const { stack, sourceBuckets, environment, ...rest } = settingsOf({ newSourceBucket: true, timeout: " " });
  assert.deepEqual([stack, sourceBuckets, environment], ["Shutterspeed", [], {}]);
  assert.deepEqual(new Set(Object.values(rest)), new Set([undefined]));
});

test("a setting nobody reads is refused, with the one that was meant", () => {
  for (const [name, tail] of [
    ["sourceBukets", ", did you mean sourceBuckets?"],
    ["sourceBucket", ", did you mean sourceBuckets?"],
    ["source-buckets", ", did you mean sourceBuckets?"],
    ["memroy", ", did you mean memory?"],
  ] as const) {
    assert.throws(() => settingsOf({ sourceBuckets: "cats", [name]: "x" }), {
      message: `${name}: not a setting we know${tail}`,
    });
  }
  assert.throws(() => settingsOf({ sourceBuckets: "cats", bucket: "x" }), {
    message: /^bucket: not a setting we know; they are stack, sourceBuckets, .*, originShieldRegion, .*$/,
  });
});

/** Something under every name but those that stand for another one here. That every prop has a name, `Settings` sees to. */
const everything = {
  stack: "Pictures",
  environment: { IMGPROXY_QUALITY: 70 },
  sourceBuckets: "cats/kittens/ dogs",
  sourceRemovalPolicy: "destroy",
  keepDerivatives: "always",
  keepDerivativesDays: 90,
  derivativesStorageClass: "STANDARD_IA",
  derivativesRemovalPolicy: "retain",
  encryptionKey: "arn:1",
  purge: "deleted",
  environmentKey: "arn:2",
  unsigned: false,
  keysParameter: "/images/keys",
  keysEncryptionKey: "arn:5",
  keysRevision: "two",
  edgeVerification: "false",
  assumedRole: "arn:6",
  assumedRoleExternalId: "told",
  architecture: "arm64",
  memory: 1024,
  timeout: 9,
  reservedConcurrency: 50,
  provisionedConcurrency: 5,
  accountConcurrency: 2000,
  ephemeralStorage: 1024,
  subnets: "subnet-a, subnet-b",
  securityGroups: "sg-1",
  tracing: true,
  responseStreaming: true,
  rollout: "canary",
  logRetentionDays: 7,
  logRemovalPolicy: "retain",
  domainNames: "a.example.com",
  certificate: "arn:3",
  hostedZoneId: "Z1",
  hostedZoneName: "example.com",
  priceClass: 100,
  httpVersion: 2,
  ipv6: "false",
  webAcl: "arn:4",
  accessLogs: "logs",
  originShieldRegion: "eu-central-1",
  additionalMetrics: "true",
  alarms: true,
  alarmTopic: "arn:6",
  alarmThresholds: "latency=3000, headroom=500",
  dashboard: false,
  chaos: true,
  chaosPercentage: 25,
  chaosMinutes: 30,
  chaosStopAlarm: "arn:7",
  playground: true,
  sampleUrls: false,
  warmPresets: "thumb",
  warmAccepts: "image/webp",
  warmSchedule: "rate(1 day)",
  warmConcurrency: 50,
  warmToleratedFailures: 5,
  warmInventoryBucket: "inventories",
};
const inPlaceOf = { newSourceBucket: "sourceBuckets", keysSecret: "keysParameter" };

test("every name of the context says something of a prop, and no prop is without one", () => {
  const known =
    thrown(() => settingsOf({ nothing: 1 }))
      .match(/they are (.*)$/)?.[1]
      ?.split(", ") ?? [];
  assert.deepEqual(known.toSorted(), [...Object.keys(everything), ...Object.keys(inPlaceOf)].toSorted());
  const readme = readFileSync(new URL("../../lib/README.md", import.meta.url), "utf8");
  assert.deepEqual(
    known.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme)),
    [],
    "lib/README.md says them all",
  );
  const settings = Object.entries(settingsOf(everything));
  assert.deepEqual(
    settings.filter(([, value]) => value === undefined),
    [],
  );
  // Some only go together, and alarms are on anyhow.
  const domain = ["domainNames", "certificate", "hostedZoneId", "hostedZoneName"];
  const together = [...domain, "subnets", "securityGroups", "assumedRole", "chaos", "alarms", "warmPresets"];
  for (const name of Object.keys(everything).filter((one) => !together.includes(one))) {
    const newSourceBucket = name === "sourceBuckets";
    const without = settingsOf({ ...everything, [name]: undefined, newSourceBucket });
    assert.notDeepEqual(Object.entries(without), settings, `${name} changes nothing`);
  }
});

function thrown(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error("nothing was thrown");
}

test("each is read as the prop wants it", () => {
  const { environment, sourceBuckets, timeout, keepDerivativesFor, ...said } = settingsOf(everything);
  assert.deepEqual(sourceBuckets, [{ name: "cats", prefix: "kittens/" }, "dogs"]);
  assert.deepEqual(said, {
    stack: "Pictures",
    sourceRemovalPolicy: RemovalPolicy.DESTROY,
    keepDerivatives: "always",
    derivativesStorageClass: StorageClass.INFREQUENT_ACCESS,
    derivativesRemovalPolicy: RemovalPolicy.RETAIN,
    encryptionKey: "arn:1",
    purge: "deleted",
    environmentKey: "arn:2",
    unsigned: false,
    keys: { parameter: "/images/keys" },
    keysEncryptionKey: "arn:5",
    keysRevision: "two",
    edgeVerification: false,
    assumedRole: { arn: "arn:6", externalId: "told" },
    architecture: Architecture.ARM_64,
    memorySize: 1024,
    reservedConcurrency: 50,
    provisionedConcurrency: 5,
    accountConcurrency: 2000,
    ephemeralStorage: 1024,
    network: { subnetIds: ["subnet-a", "subnet-b"], securityGroupIds: ["sg-1"] },
    tracing: true,
    responseStreaming: true,
    playground: true,
    sampleUrls: false,
    rollout: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
    logRetention: RetentionDays.ONE_WEEK,
    logRemovalPolicy: RemovalPolicy.RETAIN,
    domain: {
      names: ["a.example.com"],
      certificate: "arn:3",
      hostedZone: { id: "Z1", name: "example.com" },
    },
    priceClass: PriceClass.PRICE_CLASS_100,
    httpVersion: HttpVersion.HTTP2,
    ipv6: false,
    webAcl: "arn:4",
    accessLogs: "logs",
    originShieldRegion: "eu-central-1",
    additionalMetrics: true,
    alarms: { topic: "arn:6", latency: 3000, headroom: 500 },
    dashboard: false,
    chaos: { percentage: 25, duration: Duration.minutes(30), stopAlarm: "arn:7" },
    warming: {
      presets: ["thumb"],
      accepts: ["image/webp"],
      schedule: Schedule.expression("rate(1 day)"),
      maxConcurrency: 50,
      toleratedFailurePercentage: 5,
      inventoryBucket: "inventories",
    },
  });
});

test("nothing is broken on purpose unless the word is said", () => {
  const chaosOf = (context: object) => settingsOf({ sourceBuckets: "cats", ...context }).chaos;
  assert.equal(chaosOf({ chaos: "false" }), undefined);
  assert.equal(chaosOf({ chaos: "true", chaosMinutes: 2 })?.duration?.toMinutes(), 2);
  assert.throws(() => chaosOf({ chaosMinutes: 2 }), {
    message: "chaos: expected true beside chaosPercentage, chaosMinutes and chaosStopAlarm",
  });
});

test("alarms are switched off with a word, and their thresholds may be a map in cdk.json", () => {
  const alarmsOf = (context: object) => settingsOf({ sourceBuckets: "cats", ...context }).alarms;
  assert.equal(alarmsOf({ alarms: "false" }), false);
  assert.equal(alarmsOf({ alarms: true }), undefined);
  assert.deepEqual(alarmsOf({ alarmThresholds: { throttles: 10, sourceTimeouts: "2.5" } }), {
    throttles: 10,
    sourceTimeouts: 2.5,
  });
  assert.throws(() => alarmsOf({ alarms: false, alarmTopic: "arn" }), {
    message: "alarms: expected alarmTopic and alarmThresholds only with alarms, got false",
  });
  assert.throws(() => alarmsOf({ alarmThresholds: "latancy=3" }), {
    message: /^alarmThresholds: expected sourceTimeouts, .*, got "latancy", did you mean latency\?$/,
  });
  assert.throws(() => alarmsOf({ alarmThresholds: "latency=soon" }), {
    message: 'alarmThresholds.latency: expected a number above 0, got "soon"',
  });
});

test("in cdk.json source buckets may be a list, of maps that say more", () => {
  const bucket = { name: "far", prefix: "a/", region: "us-west-2", encryptionKey: "arn" };
  assert.deepEqual(settingsOf({ sourceBuckets: ["cats", bucket] }).sourceBuckets, ["cats", bucket]);
  for (const one of [{}, { name: "" }, { name: "a", zone: "b" }, 7])
    assert.throws(() => settingsOf({ sourceBuckets: [one] }), {
      message: `sourceBuckets: expected names, or maps of name, prefix, region and encryptionKey, got ${JSON.stringify(one)}`,
    });
});

test("what the CDK says under names of its own is let be", () => {
  const names = [
    "aws:cdk:enable-path-metadata",
    "@aws-cdk/core:target-partitions",
    "availability-zones:account=1:region=eu-central-1",
    "aws-cdk:enableDiffNoFail",
    "cli-telemetry",
    "acknowledged-issue-numbers",
  ];
  const context = Object.fromEntries(names.map((name) => [name, true]));
  assert.doesNotThrow(() => settingsOf({ ...context, sourceBuckets: "cats" }));
});

test("source buckets are named, or a new one is asked for: forgetting them takes no access away", () => {
  const message =
    "sourceBuckets: expected the names of the buckets pictures lie in, or newSourceBucket=true to have one made";
  for (const context of [{}, { sourceBuckets: "" }, { newSourceBucket: "false" }]) {
    assert.throws(() => settingsOf(context), { message });
  }
  assert.throws(() => settingsOf({ sourceBuckets: "cats", newSourceBucket: "true" }), {
    message: "sourceBuckets and newSourceBucket: expected one of them, got both",
  });
});

test("a setting that makes no sense is one sentence", () => {
  for (const [context, message] of [
    [{ unsigned: "yes" }, 'unsigned: expected true or false, got "yes"'],
    [{ architecture: "x64" }, 'architecture: expected arm64 or x86_64, got "x64"'],
    [{ memory: "lots" }, 'memory: expected an integer from 128 to 10240, got "lots"'],
    [{ domainNames: "img.example.com" }, "domainNames and certificate: expected both or none"],
    [
      { domainNames: "a.b", certificate: "arn", hostedZoneId: "Z" },
      "hostedZoneId and hostedZoneName: expected both, beside domainNames, or none",
    ],
    [
      { hostedZoneId: "Z", hostedZoneName: "b" },
      "hostedZoneId and hostedZoneName: expected both, beside domainNames, or none",
    ],
    [{ keysSecret: "a", keysParameter: "b" }, "keysSecret and keysParameter: expected one of them, got both"],
    [{ assumedRoleExternalId: "a" }, "assumedRoleExternalId: expected assumedRole beside it"],
    [{ subnets: "subnet-a" }, "subnets and securityGroups: expected both or none"],
    [{ priceClass: "cheap" }, 'priceClass: expected 100 or 200 or all, got "cheap"'],
  ] as const) {
    assert.throws(() => settingsOf({ sourceBuckets: "cats", ...context }), { message });
  }
});

test("a map of variables holds variables", () => {
  for (const [environment, message] of [
    ["IMGPROXY_TTL=1", "environment: expected a map of variables in cdk.json"],
    [{ QUALITY: 1 }, 'environment: expected names that begin with IMGPROXY_ or SHUTTERSPEED_, got "QUALITY"'],
    [{ IMGPROXY_TTL: null }, "IMGPROXY_TTL: expected an integer of at least 0"],
    [
      { IMGPROXY_ALLOWED_SOURCES: ["a,b"] },
      'IMGPROXY_ALLOWED_SOURCES: expected nothing with a "," in a list, got "a,b"',
    ],
  ]) {
    assert.throws(() => settingsOf({ sourceBuckets: "cats", environment }), { message });
  }
});
