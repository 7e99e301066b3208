import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { ImageStack } from "../../lib/stack/image-stack.ts";
import release from "./last-release.json" with { type: "json" };
import { type Release, releaseOf } from "./release.ts";

const folder = mkdtempSync(join(tmpdir(), "shutterspeed-upgrade-"));
after(() => rmSync(folder, { recursive: true }));
const outdir = join(folder, "out");
const app = new App({
  outdir,
  context: { "aws:cdk:bundling-stacks": [] },
  builtinCloudFormationValidation: false,
});
const stack = new ImageStack(app, "Test", { unsigned: false });
app.synth();
const resources = releaseOf(Template.fromStack(stack)).Resources;

/** What holds what nobody can make again, or what others hold the name of. A new id is a new one, and empty. */
const pinned: Readonly<Record<string, string>> = {
  StorageSource42D3DA3E: "the pictures",
  StorageDerivatives6CF22BDF: "what was drawn, all of which would be drawn again",
  ImagesSigningKeys8686FD81: "the keys that every URL there is was signed with",
  DeliveryEdgeKeysStore29E43F21:
    "the keys that were rotated and revoked at the edge; npm run keys is told its ARN",
  DeliveryDistribution45EACD51: "the name that pages, and DNS, ask for pictures under; and the cache",
  ImagesFunction7473C2C5: "the name that metrics, alarms and other accounts' policies know",
  ImagesRole937EB674: "who buckets and keys of other accounts let in: the output RoleArn",
  ImagesLogs00112A07: "a month of logs",
  ImagesFunctionAliaslive7FF5321D: "the version that answers, while another one is deployed",
  ImagesFunctionAliasliveFunctionUrl187BF26B: "the origin of the distribution",
};
const types: readonly string[] = [
  "AWS::S3::Bucket",
  "AWS::SecretsManager::Secret",
  "AWS::CloudFront::KeyValueStore",
  "AWS::CloudFront::Distribution",
];

test("what holds something keeps its id, and whatever else comes to hold something is pinned too", () => {
  const ids = Object.keys(resources);
  assert.deepEqual(
    Object.keys(pinned).filter((id) => !ids.includes(id)),
    [],
  );
  const stateful = Object.entries(resources).filter(([, { Type }]) => types.includes(Type));
  assert.deepEqual(
    stateful.filter(([id]) => !(id in pinned)),
    [],
  );
});

/** What CloudFormation would delete or make anew if that release were deployed now and then this one: what the CDK's command line says. */
function lost(from: Release): readonly string[] {
  const file = join(folder, "last.template.json");
  // What is no part of the question, and yet is looked into.
  const document = { Statement: [] };
  const whole = Object.entries(from.Resources).map(([id, { Properties, ...rest }]) => {
    const documents = { PolicyDocument: document, AssumeRolePolicyDocument: document };
    return [id, { ...rest, Properties: { ...documents, ...Properties } }];
  });
  writeFileSync(file, JSON.stringify({ Resources: Object.fromEntries(whole) }));
  const cli = join(dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json")), "bin/cdk");
  const words = ["diff", "Test", "--app", outdir, "--template", file, "--no-color", "--no-notices"];
  // No account is asked: both templates are here.
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    CI: "true",
    CDK_DISABLE_VERSION_CHECK: "true",
    CDK_DISABLE_CLI_TELEMETRY: "true",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const { stdout, stderr } = spawnSync(process.execPath, [cli, ...words], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  const said = `${stdout}${stderr}`;
  assert.match(said, /Number of stacks with differences: \d/, said);
  const changed = said.matchAll(/^\[[-~]\] (\S+) .*?(\S+) (?:destroy|orphan|replace|may be replaced)$/gm);
  return [...changed].filter(([, type]) => type !== "AWS::Lambda::Version").map(([, , id]) => String(id));
}

test("a deployment over the last release replaces what the CHANGELOG says, and nothing else", () => {
  const changelog = readFileSync(join(import.meta.dirname, "../../CHANGELOG.md"), "utf8");
  const [, section = ""] = /^### What a deployment replaces\n(.*?)^##/ms.exec(changelog) ?? [];
  const said = [...section.matchAll(/^- (.*?): /gm)].flatMap(([, names]) =>
    [...String(names).matchAll(/`(\w+)`/g)].map(([, id]) => String(id)),
  );
  assert.deepEqual(lost(release).toSorted(), said.toSorted());
});

test("an id that changed and a name that cannot would be seen", () => {
  const { StorageSource42D3DA3E: source, DeliveryEdgeKeysStore29E43F21: store, ...rest } = resources;
  assert.ok(source && store);
  const before = {
    ...rest,
    Renamed: { ...source, Properties: { BucketName: "pictures" } },
    StorageSource42D3DA3E: source,
    DeliveryEdgeKeysStore29E43F21: { ...store, Properties: { Name: "another" } },
  };
  assert.deepEqual(lost({ Resources: before }).toSorted(), ["DeliveryEdgeKeysStore29E43F21", "Renamed"]);
});
