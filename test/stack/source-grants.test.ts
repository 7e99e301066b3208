import assert from "node:assert/strict";
import { test } from "node:test";
import type { Template } from "aws-cdk-lib/assertions";
import type { ImageStackProps } from "../../lib/stack/image-stack.ts";
import { all, drawing, only, stackOf, synthesized } from "./synthesized.ts";

const role = "arn:aws:iam::444455556666:role/reads-pictures";
const accessPoint = "arn:aws:s3:eu-central-1:111122223333:accesspoint/ap";

/** What the function's role is allowed, by action. */
function allowed(of: Template, action: string): string {
  const [own] = drawing(of).Role["Fn::GetAtt"];
  return JSON.stringify(
    all(of, "AWS::IAM::Policy")
      .filter(({ Roles }) => Roles[0].Ref === own)
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => [Resource].flat()),
  );
}
const bucketOf = (arns: string) => arns.match(/:s3:::([^"/*]+)/g);

test("a role sources are read with may be assumed, that one alone, and the function reads no source itself", () => {
  const assumedRole = { arn: role, externalId: "told" };
  for (const props of [
    { assumedRole },
    { environment: { IMGPROXY_S3_ASSUME_ROLE_ARN: role, IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID: "told" } },
  ]) {
    const of = synthesized({ sourceBuckets: ["cats"], ...props });
    assert.equal(allowed(of, "sts:AssumeRole"), JSON.stringify([role]));
    const { IMGPROXY_S3_ASSUME_ROLE_ARN, IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID } =
      drawing(of).Environment.Variables;
    assert.deepEqual([IMGPROXY_S3_ASSUME_ROLE_ARN, IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID], [role, "told"]);
    assert.doesNotMatch(allowed(of, "s3:GetObject"), /cats/);
    assert.match(allowed(of, "s3:GetObject"), /Derivatives/);
    assert.equal(allowed(of, "s3:ListBucket"), "[]");
  }
  assert.equal(allowed(synthesized(), "sts:AssumeRole"), "[]");
});

test("a source bucket that is made lets that role in", () => {
  const of = synthesized({ assumedRole: { arn: role } });
  const source = only(of, "AWS::S3::Bucket", ({ id }) => id.includes("Source"));
  const policy = only(of, "AWS::S3::BucketPolicy", ({ Bucket }) => Bucket.Ref === source.id);
  const reading = policy.PolicyDocument.Statement.filter(
    ({ Principal, Effect }: { Principal: { AWS?: unknown }; Effect: string }) =>
      Effect === "Allow" && Principal.AWS === role,
  );
  assert.equal(reading.length, 1);
  assert.match(JSON.stringify(reading), /s3:GetObject.*s3:List/);
  assert.doesNotMatch(JSON.stringify(reading), /Put|Delete/);
});

test("access points, a watermark and a fallback image in S3 may be read, and nothing else there", () => {
  const environment = {
    IMGPROXY_S3_ACCESS_POINTS: [{ name: "ap", arn: accessPoint }],
    IMGPROXY_WATERMARK_URL: "s3://brand/mark.png?v1",
    IMGPROXY_FALLBACK_IMAGE_URL: "s3://brand/none.png",
  };
  const read = allowed(synthesized({ environment, sourceBuckets: ["cats"] }), "s3:GetObject");
  assert.ok(read.includes(`"${accessPoint}/object/*"`), read);
  assert.match(read, /:s3:::brand\/mark\.png"/);
  assert.match(read, /:s3:::brand\/none\.png"/);
  assert.deepEqual(bucketOf(read)?.toSorted(), [":s3:::brand", ":s3:::brand", ":s3:::cats"]);
  const list = allowed(synthesized({ environment, sourceBuckets: ["cats"] }), "s3:ListBucket");
  assert.ok(list.includes(`"${accessPoint}"`), list);
  assert.doesNotMatch(list, /brand/);
});

test("a role that is none, or is said twice, is refused with one sentence", () => {
  const refusals: readonly (readonly [ImageStackProps, string])[] = [
    [{ assumedRole: { arn: "mine" } }, 'assumedRole: expected the ARN of a role, got "mine"'],
    [
      { assumedRole: { arn: role }, environment: { IMGPROXY_S3_ASSUME_ROLE_ARN: role } },
      "assumedRole: expected it in one place, got also IMGPROXY_S3_ASSUME_ROLE_ARN",
    ],
  ];
  for (const [props, message] of refusals) assert.throws(() => stackOf(props), { message });
});
