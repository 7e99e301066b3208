import assert from "node:assert/strict";
import { test } from "node:test";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { ImageHandler } from "../../lib/stack/image-handler.ts";
import type { ImageStackProps } from "../../lib/stack/image-stack.ts";
import { all, appWith, drawing, only, stackOf, synthesized } from "./synthesized.ts";

const made = synthesized({ unsigned: false });
const secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:keys-AbCdEf";
const copying = (of: Template) =>
  only(of, "AWS::Lambda::Function", ({ Handler }) => Handler === "deployed-keys.handler");
/** On what a function's role is allowed an action. */
const allowed = (
  of: Template,
  { Role }: { readonly Role: { "Fn::GetAtt": readonly string[] } },
  action: string,
) =>
  all(of, "AWS::IAM::Policy")
    .filter(({ Roles }) => Roles[0].Ref === Role["Fn::GetAtt"][0])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource].flat());

test("keys that nobody gives are made on the first deployment, in a secret that stays, and stand nowhere else", () => {
  const { id, GenerateSecretString, DeletionPolicy, SecretString } = only(
    made,
    "AWS::SecretsManager::Secret",
  );
  assert.deepEqual(GenerateSecretString, {
    PasswordLength: 128,
    ExcludeUppercase: true,
    ExcludePunctuation: true,
    ExcludeCharacters: "ghijklmnopqrstuvwxyz",
    RequireEachIncludedType: false,
  });
  assert.deepEqual([DeletionPolicy, SecretString], ["Retain", undefined]);
  const { SHUTTERSPEED_KEYS_SECRET, IMGPROXY_KEY } = drawing(made).Environment.Variables;
  assert.deepEqual([SHUTTERSPEED_KEYS_SECRET, IMGPROXY_KEY], [{ Ref: id }, undefined]);
  made.hasOutput("Keys", { Value: { Ref: id } });
});

test("the function and what copies to the edge may read that secret, and no other", () => {
  const { id } = only(made, "AWS::SecretsManager::Secret");
  for (const reader of [drawing(made), copying(made)])
    assert.deepEqual(allowed(made, reader, "secretsmanager:GetSecretValue"), [{ Ref: id }]);
});

test("a deployment copies the keys to the edge's store, where the copier may write and the edge function reads", () => {
  const { id: store } = only(made, "AWS::CloudFront::KeyValueStore");
  const arn = { "Fn::GetAtt": [store, "Arn"] };
  const copied = only(made, "Custom::EdgeKeys");
  assert.deepEqual(
    [copied.store, copied.secret, copied.pairs],
    [arn, { Ref: only(made, "AWS::SecretsManager::Secret").id }, undefined],
  );
  assert.deepEqual(allowed(made, copying(made), "cloudfront-keyvaluestore:PutKey"), [arn]);
  const edge = only(made, "AWS::CloudFront::Function");
  assert.deepEqual(edge.FunctionConfig.KeyValueStoreAssociations, [{ KeyValueStoreARN: arn }]);
  assert.match(edge.FunctionCode, /^import cf from "cloudfront";/);
  assert.ok([edge.DependsOn].flat().includes(copied.id), "no keys, no pictures");
  made.hasOutput("KeyValueStore", { Value: arn });
});

test("keys of one's own are read where they lie", () => {
  const own = synthesized({ unsigned: false, keys: { secret } });
  assert.deepEqual(all(own, "AWS::SecretsManager::Secret"), []);
  assert.equal(drawing(own).Environment.Variables.SHUTTERSPEED_KEYS_SECRET, secret);
  assert.deepEqual(allowed(own, drawing(own), "secretsmanager:GetSecretValue"), [secret]);

  const key = "arn:aws:kms:eu-central-1:111122223333:key/1";
  const parameter = synthesized({
    unsigned: false,
    keys: { parameter: "/images/keys" },
    keysEncryptionKey: key,
  });
  assert.equal(drawing(parameter).Environment.Variables.SHUTTERSPEED_KEYS_PARAMETER, "/images/keys");
  assert.equal(only(parameter, "Custom::EdgeKeys").parameter, "/images/keys");
  for (const reader of [drawing(parameter), copying(parameter)]) {
    assert.match(JSON.stringify(allowed(parameter, reader, "ssm:GetParameter")), /:parameter\/images\/keys"/);
    assert.deepEqual(allowed(parameter, reader, "kms:Decrypt"), [key]);
  }
});

test("without verification at the edge, or without keys, there is no store", () => {
  for (const props of [{ unsigned: true }, { unsigned: false, edgeVerification: false }]) {
    const of = synthesized(props);
    assert.deepEqual(all(of, "AWS::CloudFront::KeyValueStore"), []);
    assert.deepEqual(all(of, "Custom::EdgeKeys"), []);
    const { FunctionCode, FunctionConfig } = only(of, "AWS::CloudFront::Function");
    assert.doesNotMatch(FunctionCode, /cloudfront"/);
    assert.equal(FunctionConfig.KeyValueStoreAssociations, undefined);
  }
  assert.deepEqual(all(synthesized({ unsigned: true }), "AWS::SecretsManager::Secret"), []);
});

test("a backend that signs is let read the keys, where there are some to be read", () => {
  const stack = new Stack(appWith(), "Mine");
  const backend = new Role(stack, "Backend", { assumedBy: new ServicePrincipal("ec2.amazonaws.com") });
  new ImageHandler(stack, "Images", { keys: { secret } }).grantReadKeys(backend);
  const policy = only(Template.fromStack(stack), "AWS::IAM::Policy", ({ id }) => id.startsWith("Backend"));
  assert.deepEqual(policy.PolicyDocument.Statement, [
    { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secret },
  ]);
  const none = new ImageHandler(stack, "None", { unsigned: true });
  assert.throws(() => none.grantReadKeys(backend), {
    message: "grantReadKeys: expected keys in a secret, got none",
  });
});

test("keys in two places, or in none that is one, are refused with one sentence", () => {
  const refusals: readonly (readonly [ImageStackProps, string])[] = [
    [
      { environment: { IMGPROXY_KEY: "ab", IMGPROXY_SALT: "cd" } },
      "IMGPROXY_KEY and IMGPROXY_SALT: expected them in a secret, as key:salt, whose ARN `keys` (-c keysSecret=ARN) says, for a template shows its environment; without either, the first deployment makes a secret",
    ],
    [{ keys: { secret }, unsigned: true }, "keys: expected them in one place, got also unsigned"],
    [{ keys: { secret: "mine" } }, 'keys: expected the ARN of a secret of Secrets Manager, got "mine"'],
    [
      { keysEncryptionKey: "arn" },
      "keysEncryptionKey: expected `keys` beside it, for the secret that is made has AWS's own",
    ],
  ];
  for (const [props, message] of refusals)
    assert.throws(() => stackOf({ unsigned: false, ...props }), { message });
});

test("keys that the template does not hold leave no trace in it: nothing is made up at synthesis, and nothing of the edge's", () => {
  for (const props of [{}, { keys: { secret } }, { keys: { parameter: "/images/keys" } }]) {
    const text = () => JSON.stringify(synthesized({ unsigned: false, ...props }).toJSON());
    assert.equal(text(), text(), "`cdk diff` of what was deployed shows nothing");
    const { Resources, Outputs } = synthesized({ unsigned: false, ...props }).toJSON();
    // Hashes of code stand in names of assets, of 64 digits, and in the edge's settings, of 8.
    const told = JSON.stringify({ Resources, Outputs }).replace(/[0-9a-f]{64}\.zip/g, "");
    assert.deepEqual(
      told.match(/\b(?!\d+\b)([0-9a-f]{2}){8,}\b|IMGPROXY_(KEY|SALT)|resolve:(secretsmanager|ssm)/g),
      null,
    );
  }
});
