import assert from "node:assert/strict";
import { test } from "node:test";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Schedule } from "aws-cdk-lib/aws-events";
import { Key } from "aws-cdk-lib/aws-kms";
import { Bucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import recommended from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import fc from "fast-check";
import { ImageHandler, type ImageHandlerProps } from "../../lib/stack/image-handler.ts";
import { tries } from "../thorough.ts";
import { all, appWith } from "./synthesized.ts";
import { assuming, whole } from "./whole.ts";

/** An app's: the stack pictures are answered from, and another one that has what they are made of. */
interface Stacks {
  readonly mine: Stack;
  readonly other: Stack;
}

const presets = { IMGPROXY_PRESETS: "thumb=w:1" };

/** What props may be beside what `whole` has for each. */
const beside: { readonly [Name in keyof ImageHandlerProps]?: readonly ImageHandlerProps[Name][] } = {
  alarms: [false],
  assumedRole: [assuming.assumedRole],
  chaos: [{ percentage: 3, duration: Duration.minutes(3) }],
  dashboard: [false],
  derivativesRemovalPolicy: [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE],
  edgeVerification: [false],
  environment: [
    presets,
    { ...presets, IMGPROXY_KEY: "aa", IMGPROXY_SALT: "bb" },
    { ...presets, IMGPROXY_DEVELOPMENT_ERRORS_MODE: true },
    { ...presets, IMGPROXY_BASE_URL: "https://pictures.example/", IMGPROXY_PATH_PREFIX: "/playground" },
  ],
  keepDerivatives: ["by cost", "never"],
  keys: [{ parameter: "/pictures/keys" }, { parameter: "keys" }],
  keysRevision: ["2"],
  originShieldRegion: ["nearest"],
  playground: [true],
  purge: [false, "deleted"],
  responseStreaming: [true],
  sourceBuckets: [[]],
  sourceRemovalPolicy: [RemovalPolicy.DESTROY],
  unsigned: [true],
  warming: [{ presets: ["thumb"], schedule: Schedule.rate(Duration.hours(1)), maxConcurrency: 3 }],
};

/** Things of the app, of the same stack and of another one. */
const made: readonly ((stacks: Stacks) => ImageHandlerProps)[] = [
  () => ({}),
  ({ mine }) => ({ encryptionKey: new Key(mine, "Key"), sourceBuckets: [new Bucket(mine, "Pictures")] }),
  ({ other }) => {
    const encryptionKey = new Key(other, "Key");
    const pictures = new Bucket(other, "Pictures", { encryptionKey });
    return { encryptionKey, sourceBuckets: [pictures, "cats"] };
  },
  ({ other }) => ({
    alarms: { topic: new Topic(other, "Topic") },
    accessLogs: new Bucket(other, "Logs", { objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED }),
  }),
];

const names = Object.keys(whole);
const values = new Map<string, readonly unknown[]>(
  Object.entries({ ...whole }).map(([name, value]) => [
    name,
    [value, ...(Object.entries(beside).find(([known]) => known === name)?.[1] ?? [])],
  ]),
);
const account = "111122223333";
const anyStack = fc.record({
  env: fc.constantFrom({}, { account, region: "eu-central-1" }, { account, region: "us-east-1" }),
  flags: fc.constantFrom({}, recommended),
  twice: fc.boolean(),
  ofTheApp: fc.constantFrom(...made),
  // With all of them some two contradict each other nearly always.
  props: fc
    .subarray(names, { maxLength: 9 })
    .chain((some) =>
      fc.record(Object.fromEntries(some.map((name) => [name, fc.constantFrom(...(values.get(name) ?? []))]))),
    ),
});

/** A refusal: a prop, perhaps with a part of it, or a variable; then what was expected. */
const refusal = new RegExp(`^(${[...names, "IMGPROXY_\\w+"].join("|")})(\\.\\w+)?( and \\w+)?: [^\n]+$`);

/** What IAM and SQS take, in characters and statements. */
const [ROLE_POLICIES, QUEUE_STATEMENTS] = [10_240, 20];

function assertPoliciesFit(template: Template): void {
  const sizes = new Map<string, number>();
  for (const { Roles, PolicyDocument } of all(template, "AWS::IAM::Policy")) {
    const role = Roles[0].Ref ?? Roles[0];
    sizes.set(role, (sizes.get(role) ?? 0) + JSON.stringify(PolicyDocument).length);
  }
  for (const [role, size] of sizes) assert.ok(size <= ROLE_POLICIES, `${role}: ${size}`);
  for (const { id, PolicyDocument } of all(template, "AWS::SQS::QueuePolicy"))
    assert.ok(PolicyDocument.Statement.length <= QUEUE_STATEMENTS, id);
}

test("whatever props say together deploys, or is refused with one sentence that begins with one of them", () => {
  let deployed = 0;
  fc.assert(
    fc.property(anyStack, ({ env, flags, twice, ofTheApp, props }) => {
      const app = appWith(flags);
      const stacks = { mine: new Stack(app, "Mine", { env }), other: new Stack(app, "Other", { env }) };
      const given = { ...props, ...ofTheApp(stacks) };
      try {
        new ImageHandler(stacks.mine, "Images", given);
        if (twice) new ImageHandler(stacks.mine, "Others", given);
      } catch (error) {
        assert.match(error instanceof Error ? error.message : "", refusal);
        return;
      }
      // It throws where stacks, or resources, wait for each other.
      for (const stack of Object.values(stacks)) assertPoliciesFit(Template.fromStack(stack));
      deployed++;
    }),
    { numRuns: tries(40, 2000), endOnFailure: true },
  );
  assert.ok(deployed > tries(40, 2000) / 4, `${deployed} were not refused`);
});
