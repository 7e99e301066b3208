import assert from "node:assert/strict";
import { test } from "node:test";
import { Architecture } from "aws-cdk-lib/aws-lambda";
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
  assert.deepEqual(settings, {
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
  const known =
    "stack, sourceBuckets, newSourceBucket, keepDerivativesDays, environment, unsigned, architecture, memory, timeout, reservedConcurrency, domainNames, certificate";
  for (const [name, tail] of [
    ["sourceBukets", ", did you mean sourceBuckets?"],
    ["sourceBucket", ", did you mean sourceBuckets?"],
    ["source-buckets", ", did you mean sourceBuckets?"],
    ["memroy", ", did you mean memory?"],
    ["buckets", `; they are ${known}`],
  ] as const) {
    assert.throws(() => settingsOf({ sourceBuckets: "cats", [name]: "x" }), {
      message: `${name}: not a setting we know${tail}`,
    });
  }
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
  ] as const) {
    assert.throws(() => settingsOf({ sourceBuckets: "cats", ...context }), { message });
  }
});

test("a map of variables holds variables", () => {
  for (const [environment, message] of [
    ["IMGPROXY_TTL=1", "environment: expected a map of variables in cdk.json"],
    [{ QUALITY: 1 }, 'environment: expected names that begin with IMGPROXY_ or SHUTTERSPEED_, got "QUALITY"'],
    [{ IMGPROXY_PRESETS: ["a"] }, "environment.IMGPROXY_PRESETS: expected text, a number, true or false"],
    [{ IMGPROXY_TTL: null }, "environment.IMGPROXY_TTL: expected text, a number, true or false"],
  ]) {
    assert.throws(() => settingsOf({ sourceBuckets: "cats", environment }), { message });
  }
});
