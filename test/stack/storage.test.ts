import assert from "node:assert/strict";
import { test } from "node:test";
import { Duration } from "aws-cdk-lib";
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

test("a source bucket that was made stays when the stack goes", () => {
  assert.equal(source.DeletionPolicy, "Retain");
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

test("the derivative bucket goes with the stack, emptied first; a source bucket is never emptied", () => {
  assert.equal(derivatives(template).DeletionPolicy, "Delete");
  assert.deepEqual(only(template, "Custom::S3AutoDeleteObjects").BucketName, {
    Ref: derivatives(template).id,
  });
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

/** What the function's role is allowed: actions, and on what. */
function allowed(of: Template) {
  const { Role } = drawing(of);
  const [role] = Role["Fn::GetAtt"];
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
