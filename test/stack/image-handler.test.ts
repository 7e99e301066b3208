import assert from "node:assert/strict";
import { test } from "node:test";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Key } from "aws-cdk-lib/aws-kms";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { ImageHandler } from "../../lib/stack/image-handler.ts";
import { ImageStack } from "../../lib/stack/image-stack.ts";
import { all, appWith, only } from "./synthesized.ts";

const env = (region: string) => ({ account: "111122223333", region });
const unsigned = true;

test("the construct stands in a stack of one's own, twice if need be, and reads a bucket of the app", () => {
  const stack = new Stack(appWith(), "Mine");
  const pictures = new Bucket(stack, "Pictures");
  const first = new ImageHandler(stack, "First", { unsigned, sourceBuckets: [pictures] });
  new ImageHandler(stack, "Second", { unsigned, sourceBuckets: [pictures] });
  assert.match(first.origin, /^https:\/\//);
  const template = Template.fromStack(stack);
  assert.equal(all(template, "AWS::CloudFront::Distribution").length, 2);
  const { id } = only(template, "AWS::S3::Bucket", ({ id }) => id.startsWith("Pictures"));
  const reading = all(template, "AWS::IAM::Policy").filter((policy) =>
    JSON.stringify(policy).match(`"s3:GetObjectVersion".*"Fn::GetAtt":\\["${id}","Arn"]`),
  );
  assert.equal(reading.length, 2);
});

test("a key of the app encrypts what is made, and comes to let CloudFront decrypt", () => {
  const stack = new Stack(appWith(), "Mine");
  const encryptionKey = new Key(stack, "Key");
  new ImageHandler(stack, "Images", { unsigned, encryptionKey });
  const template = Template.fromStack(stack);
  const { id, KeyPolicy } = only(template, "AWS::KMS::Key");
  for (const { BucketEncryption } of all(template, "AWS::S3::Bucket")) {
    const [rule] = BucketEncryption.ServerSideEncryptionConfiguration;
    assert.deepEqual(rule.ServerSideEncryptionByDefault.KMSMasterKeyID, { "Fn::GetAtt": [id, "Arn"] });
  }
  const edge = KeyPolicy.Statement.filter(
    ({ Principal }: { Principal: { Service?: string } }) => Principal.Service === "cloudfront.amazonaws.com",
  );
  assert.equal(edge.length, 1);
  assert.deepEqual([edge[0].Action, edge[0].Effect], ["kms:Decrypt", "Allow"]);
  assert.ok(JSON.stringify(edge[0].Condition).includes(":distribution/"));
});

test("a bucket of another region is refused unless one says that the way is paid for", () => {
  const both = appWith();
  const far = Bucket.fromBucketAttributes(new Stack(both, "Far", { env: env("us-west-2") }), "Far", {
    bucketName: "far",
    region: "us-west-2",
  });
  const here = { env: env("eu-central-1"), unsigned };
  assert.throws(() => new ImageStack(both, "Here", { ...here, sourceBuckets: [far] }), {
    message:
      'sourceBuckets: Far lies in us-west-2 and the stack in eu-central-1; to pay for the way, say { name, region: "us-west-2" }',
  });
  const said = [{ name: "far", region: "us-west-2" }];
  assert.doesNotThrow(() => new ImageStack(both, "There", { ...here, sourceBuckets: said }));
});

/** What CloudFront, IAM and S3 are told things are called, of a template. */
const namesIn = (template: Template): readonly string[] => {
  const found: string[] = [];
  JSON.stringify(template.toJSON().Resources, (key, value) => {
    // Metrics of an alarm are told apart by dimensions, which have names too.
    if (key === "Dimensions") return undefined;
    if (/^(Name|BucketName|FunctionName|RoleName|LogGroupName)$/.test(key) && typeof value === "string")
      found.push(value);
    return value;
  });
  return found.filter((name) => name !== "live");
};

test("two stacks of an app, and one stack in two regions, share no name that is the account's", () => {
  const both = appWith();
  const stacks = [
    new ImageStack(both, "A", { env: env("eu-central-1"), unsigned: false }),
    new ImageStack(both, "B", { env: env("eu-central-1"), unsigned: false }),
    new ImageStack(both, "Elsewhere", { env: env("us-west-2"), unsigned: false, stackName: "A" }),
  ];
  const accountWide = stacks.map((stack) =>
    [
      "CachePolicy",
      "OriginRequestPolicy",
      "ResponseHeadersPolicy",
      "OriginAccessControl",
      "Function",
      "KeyValueStore",
    ].flatMap((type) =>
      all(Template.fromStack(stack), `AWS::CloudFront::${type}`).map(
        ({ Name, [`${type}Config`]: config }) => config?.Name ?? Name,
      ),
    ),
  );
  const names = accountWide.flat();
  assert.equal(names.length, 3 * 7, "3 policies, 2 controls, a function, a store");
  assert.equal(new Set(names).size, names.length, names.join());
  for (const name of names) assert.match(name, /eu-central-1|us-west-2/);
  for (const name of names) assert.ok(name.length <= 64 || /Policy/.test(name), name);
  const [a = [], b = []] = stacks.slice(0, 2).map((stack) => namesIn(Template.fromStack(stack)));
  assert.deepEqual(
    a.filter((name) => b.includes(name)),
    [],
  );
});
