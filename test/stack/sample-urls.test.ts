import assert from "node:assert/strict";
import { test } from "node:test";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { ImageHandler } from "../../lib/stack/image-handler.ts";
import type { ImageStackProps } from "../../lib/stack/image-stack.ts";
import { all, only, synthesized } from "./synthesized.ts";

const secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:keys-AbCdEf";
const cats = { name: "cats", prefix: "photos/" };
const signed = synthesized({
  unsigned: false,
  sourceBuckets: [cats, "dogs"],
  keys: { secret },
  environment: { IMGPROXY_SECRET: "opensesame", IMGPROXY_QUALITY: 70 },
});
const ofSamples = ({ Handler }: { readonly Handler?: string }) => Handler === "sample-urls.handler";

/** What its function may do. */
function granted(template: Template): readonly Readonly<Record<string, unknown>>[] {
  const [role] = only(template, "AWS::Lambda::Function", ofSamples).Role["Fn::GetAtt"];
  return all(template, "AWS::IAM::Policy")
    .filter(({ Roles }) => Roles[0].Ref === role)
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

test("the stack puts out what a function comes to when it is deployed", () => {
  const { id, DependsOn, ...made } = only(signed, "Custom::SampleUrls");
  const { SampleUrls } = signed.findOutputs("SampleUrls");
  assert.deepEqual(SampleUrls?.Value, { "Fn::GetAtt": [id, "Urls"] });
  assert.match(SampleUrls?.Description, /refused once that key is revoked$/);
  const { bucket, prefix, signed: isSigned, command, origin, environment } = made;
  assert.deepEqual([bucket, prefix, isSigned, command], ["cats", "photos/", "true", "npm run sign --"]);
  assert.match(
    JSON.stringify(origin),
    /"https:\/\/",\{"Fn::GetAtt":\["DeliveryDistribution\w+","DomainName"\]/,
  );
  assert.equal(environment.IMGPROXY_QUALITY, "70");
  assert.equal(environment.SHUTTERSPEED_KEYS_SECRET, secret);
  assert.equal(JSON.stringify(made).includes("opensesame"), false, "no URL needs it");
  // It is asked when it stands, and it stands when it may do what it is to do.
  const asked = only(signed, "AWS::Lambda::Function", ofSamples);
  assert.deepEqual(DependsOn, [asked.id]);
  const policies = all(signed, "AWS::IAM::Policy").map(({ id }) => id);
  assert.ok(asked.DependsOn.some((other: string) => policies.includes(other)));
});

test("it may write its logs, list what lies below the first bucket's prefix, and read the keys", () => {
  assert.deepEqual(
    granted(signed).map(({ Action, Resource, Condition }) => [
      Action,
      JSON.stringify(Resource)
        .replace(/"Ref":"AWS::Partition"/, "")
        .replace(/"SampleUrlsLogs\w+"/, '"Logs"'),
      Condition,
    ]),
    [
      [["logs:CreateLogStream", "logs:PutLogEvents"], '{"Fn::GetAtt":["Logs","Arn"]}', undefined],
      [
        "s3:ListBucket",
        '{"Fn::Join":["",["arn:",{},":s3:::cats"]]}',
        { StringEquals: { "s3:prefix": "photos/" } },
      ],
      ["secretsmanager:GetSecretValue", `"${secret}"`, undefined],
    ],
  );
  const whole = granted(synthesized({ sourceBuckets: ["cats"] }));
  assert.deepEqual(
    whole.map(({ Action, Condition }) => [Action, Condition]).slice(1),
    [["s3:ListBucket", undefined]],
    "of a whole bucket, without keys",
  );
});

test("an unsigned stack's are unsafe, and one of the stack's own bucket knows it when it is deployed", () => {
  const template = synthesized();
  const { signed: isSigned, bucket } = only(template, "Custom::SampleUrls");
  assert.equal(isSigned, "false");
  assert.ok(all(template, "AWS::S3::Bucket").some(({ id }) => id === bucket.Ref && /Source/.test(id)));
});

test("nothing of it is there where nobody wants it, or where another role reads the pictures", () => {
  const assumedRole = { arn: "arn:aws:iam::444455556666:role/reads" };
  for (const props of [{ sampleUrls: false }, { assumedRole }] satisfies ImageStackProps[]) {
    const template = synthesized(props);
    assert.equal(JSON.stringify(template.toJSON()).includes("SampleUrls"), false);
    assert.deepEqual(all(template, "AWS::Lambda::Function").filter(ofSamples), []);
  }
});

test("in a stack of one's own they are there when they are asked for", () => {
  const stack = new Stack(
    new App({ context: { "aws:cdk:bundling-stacks": [] }, builtinCloudFormationValidation: false }),
    "Mine",
  );
  const images = new ImageHandler(stack, "Images", { unsigned: true });
  assert.equal(stack.resolve(images.sampleUrls())["Fn::GetAtt"][1], "Urls");
  assert.equal(all(Template.fromStack(stack), "Custom::SampleUrls").length, 1);
  const without = new Stack(new App(), "Without");
  new ImageHandler(without, "Images", { unsigned: true });
  assert.equal(
    without.node.findAll().some(({ node }) => node.id === "SampleUrls"),
    false,
  );
});
