import assert from "node:assert/strict";
import { test } from "node:test";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Match, type Template } from "aws-cdk-lib/assertions";
import { all, drawing, logsOfDrawing, only, synthesized } from "./synthesized.ts";

const template = synthesized();
const named = synthesized({ sourceBuckets: ["cats", "dogs"], keepDerivativesFor: Duration.days(7) });
const derivatives = (of: Template) => only(of, "AWS::S3::Bucket", ({ id }) => id.includes("Derivatives"));
const source = only(template, "AWS::S3::Bucket", ({ id }) => id.includes("Source"));

test("no bucket is public, unencrypted, or reached without TLS", () => {
  const buckets = all(template, "AWS::S3::Bucket");
  assert.equal(buckets.length, 2);
  for (const { id, PublicAccessBlockConfiguration, BucketEncryption } of buckets) {
    assert.deepEqual(new Set(Object.values(PublicAccessBlockConfiguration)), new Set([true]));
    assert.equal(Object.keys(PublicAccessBlockConfiguration).length, 4);
    assert.ok(BucketEncryption);
    for (const Condition of [
      { Bool: { "aws:SecureTransport": "false" } },
      { NumericLessThan: { "s3:TlsVersion": 1.2 } },
    ]) {
      template.hasResourceProperties("AWS::S3::BucketPolicy", {
        Bucket: { Ref: id },
        PolicyDocument: {
          Statement: Match.arrayWith([Match.objectLike({ Action: "s3:*", Effect: "Deny", Condition })]),
        },
      });
    }
  }
});

test("a source bucket that was made stays when the stack goes, but not of a stack that never stood", () => {
  assert.equal(source.DeletionPolicy, "RetainExceptOnCreate");
  assert.equal(source.UpdateReplacePolicy, "Retain");
});

test("source buckets given by name are used as they are", () => {
  assert.deepEqual(
    all(named, "AWS::S3::Bucket").map(({ id }) => id),
    [derivatives(named).id],
  );
  named.hasOutput("SourceBuckets", { Value: "cats,dogs" });
});

test("derivatives go after 30 days, or when one says, those of expiring URLs after one, unfinished uploads too", () => {
  const rules = (days: number) => [
    { Prefix: "expiring/", ExpirationInDays: 1, Status: "Enabled" },
    { ExpirationInDays: days, Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
  ];
  assert.deepEqual(derivatives(template).LifecycleConfiguration.Rules, rules(30));
  assert.deepEqual(derivatives(named).LifecycleConfiguration.Rules, rules(7));
});

test("the derivative bucket goes with the stack: CloudFormation leaves it to whoever empties it, and deletes it only of a stack that never stood", () => {
  const { id, DeletionPolicy, UpdateReplacePolicy, Tags } = derivatives(template);
  assert.deepEqual([DeletionPolicy, UpdateReplacePolicy], ["RetainExceptOnCreate", "Retain"]);
  const { bucket, tag } = only(template, "Custom::EmptiedBucket");
  assert.deepEqual(bucket, { Ref: id });
  assert.deepEqual(Tags, [{ Key: tag, Value: "true" }]);
});

/** Ids of all that has to be there before this resource is made, and so goes after it. */
function before(of: Template, id: string, found = new Set<string>()): ReadonlySet<string> {
  const resources: Readonly<Record<string, Readonly<Record<string, unknown>>>> = of.toJSON().Resources;
  const { DependsOn = [], Properties } = resources[id] ?? {};
  const named = JSON.stringify([DependsOn, Properties]);
  for (const other of Object.keys(resources)) {
    if (found.has(other) || !named.includes(`"${other}"`)) continue;
    found.add(other);
    before(of, other, found);
  }
  return found;
}

test("nobody may write into the derivative bucket any more when it is emptied, under traffic too", () => {
  const warming = synthesized({
    environment: { IMGPROXY_PRESETS: "thumb=w:100" },
    warming: { presets: ["thumb"] },
  });
  for (const [of, count] of [
    [template, 1],
    [warming, 2],
  ] as const) {
    const { id: emptied } = only(of, "Custom::EmptiedBucket");
    const writing = all(of, "AWS::IAM::Policy").filter(({ PolicyDocument }) =>
      JSON.stringify(PolicyDocument).includes("s3:PutObject"),
    );
    assert.equal(writing.length, count);
    for (const { id } of writing) assert.ok(before(of, id).has(emptied), id);
    const { id: edge } = only(of, "AWS::CloudFront::Distribution");
    assert.ok(before(of, edge).has(emptied), "viewers ask for nothing any more");
    assert.ok(before(of, emptied).has(derivatives(of).id));
  }
});

test("whoever empties the bucket may delete what is in it, and nothing else", () => {
  const { Role } = only(
    template,
    "AWS::Lambda::Function",
    ({ Handler }) => Handler === "emptied-bucket.handler",
  );
  const bucket = derivatives(template).id;
  const logs = only(template, "AWS::Logs::LogGroup", ({ id }) => id.includes("Emptying")).id;
  assert.deepEqual(allowed(template, Role["Fn::GetAtt"][0]), [
    [["logs:CreateLogStream", "logs:PutLogEvents"], [arn(logs)]],
    [
      ["s3:GetBucketTagging", "s3:PutLifecycleConfiguration", "s3:ListBucket", "s3:DeleteBucket"],
      [arn(bucket)],
    ],
    [["s3:DeleteObject"], [objects(bucket)]],
  ]);
});

test("derivatives that are to stay are emptied by nobody", () => {
  const kept = synthesized({ derivativesRemovalPolicy: RemovalPolicy.RETAIN });
  assert.equal(derivatives(kept).DeletionPolicy, "RetainExceptOnCreate");
  assert.equal(derivatives(kept).Tags, undefined);
  assert.deepEqual(all(kept, "Custom::EmptiedBucket"), []);
});

test("the function writes its logs, reads pictures and tells missing ones, keeps derivatives, and may do nothing else", () => {
  const logs = { "Fn::GetAtt": [logsOfDrawing(template).id, "Arn"] };
  assert.deepEqual(allowed(template), [
    [["logs:CreateLogStream", "logs:PutLogEvents"], [logs]],
    [["s3:GetObject", "s3:GetObjectVersion"], [objects(source.id)]],
    [["s3:ListBucket"], [arn(source.id)]],
    [["s3:GetObject", "s3:PutObject"], [objects(derivatives(template).id)]],
  ]);
});

test("the function reads the named buckets and no other", () => {
  const partition = { Ref: "AWS::Partition" };
  const objectsOf = (name: string) => ({ "Fn::Join": ["", ["arn:", partition, `:s3:::${name}/*`]] });
  const bucket = (name: string) => ({ "Fn::Join": ["", ["arn:", partition, `:s3:::${name}`]] });
  assert.deepEqual(allowed(named).slice(1, 3), [
    [
      ["s3:GetObject", "s3:GetObjectVersion"],
      [objectsOf("cats"), objectsOf("dogs")],
    ],
    [["s3:ListBucket"], [bucket("cats"), bucket("dogs")]],
  ]);
});

const arn = (id: string) => ({ "Fn::GetAtt": [id, "Arn"] });
const objects = (id: string) => ({ "Fn::Join": ["", [arn(id), "/*"]] });

/** What a role, the function's if none is given, is allowed: actions, and on what. */
function allowed(of: Template, role: string = drawing(of).Role["Fn::GetAtt"][0]) {
  assert.equal(
    all(of, "AWS::IAM::Role").find(({ id }) => id === role)?.ManagedPolicyArns,
    undefined,
    "AWS's policy allows every log",
  );
  const { PolicyDocument } = only(of, "AWS::IAM::Policy", ({ Roles }) => Roles[0].Ref === role);
  return PolicyDocument.Statement.map(({ Action, Resource, Effect }: Statement) => {
    assert.equal(Effect, "Allow");
    return [[Action].flat(), [Resource].flat()];
  });
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Effect: string;
}
