import assert from "node:assert/strict";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { App, Stack } from "aws-cdk-lib";
import { readConfig } from "../../lambda/config/variables.ts";
import { pageSettings } from "../../lib/playground/settings.ts";
import { pageCode } from "../../lib/stack/page.ts";
import { all, drawing, only, synthesized } from "./synthesized.ts";

const keys = { IMGPROXY_KEY: "943b421c9eb07c83", IMGPROXY_SALT: "520f986b998545b4" };
const off = synthesized({ unsigned: false });
const on = synthesized({ unsigned: false, playground: true });
const ofPage = ({ Handler }: { readonly Handler?: string }) => Handler === "page.handler";
const { DistributionConfig } = only(on, "AWS::CloudFront::Distribution");

test("without it there is nothing of it", () => {
  const { DistributionConfig: without } = only(off, "AWS::CloudFront::Distribution");
  assert.equal(without.CacheBehaviors, undefined);
  assert.equal(all(off, "AWS::Lambda::Function").filter(ofPage).length, 0);
  assert.equal(JSON.stringify(off.toJSON()).toLowerCase().includes("playground"), false);
});

test("with it one path more leads to a function of its own, past the edge function, and pictures are as before", () => {
  const [behavior, ...more] = DistributionConfig.CacheBehaviors;
  assert.deepEqual([behavior.PathPattern, more], ["/playground", []]);
  assert.equal(behavior.FunctionAssociations, undefined);
  assert.equal(behavior.ViewerProtocolPolicy, "redirect-to-https");
  assert.equal(behavior.Compress, true);
  const url = only(on, "AWS::Lambda::Url", ({ TargetFunctionArn }) =>
    JSON.stringify(TargetFunctionArn).includes("Playground"),
  );
  assert.equal(url.AuthType, "AWS_IAM");
  const origin = DistributionConfig.Origins.find(({ Id }: { Id: string }) => Id === behavior.TargetOriginId);
  assert.ok(JSON.stringify(origin.DomainName).includes(url.id));
  assert.ok(origin.OriginAccessControlId);
  const before = only(off, "AWS::CloudFront::Distribution").DistributionConfig;
  assert.deepEqual(DistributionConfig.DefaultCacheBehavior, before.DefaultCacheBehavior);
  assert.deepEqual(DistributionConfig.OriginGroups, before.OriginGroups);
  assert.deepEqual(drawing(on), drawing(off));
});

test("the distribution alone may call it, and it may write its own logs and nothing else", () => {
  const page = only(on, "AWS::Lambda::Function", ofPage);
  const called = all(on, "AWS::Lambda::Permission").filter(({ FunctionName }) =>
    JSON.stringify(FunctionName).includes("Playground"),
  );
  assert.deepEqual(called.map(({ Action }) => Action).toSorted(), [
    "lambda:InvokeFunction",
    "lambda:InvokeFunctionUrl",
  ]);
  for (const { Principal, SourceArn } of called) {
    assert.equal(Principal, "cloudfront.amazonaws.com");
    assert.ok(JSON.stringify(SourceArn).includes(":distribution/"));
  }
  const [role] = page.Role["Fn::GetAtt"];
  const granted = all(on, "AWS::IAM::Policy")
    .filter(({ Roles }) => Roles[0].Ref === role)
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action }) => Action);
  assert.deepEqual(granted.toSorted(), ["logs:CreateLogStream", "logs:PutLogEvents"]);
  assert.equal(page.Environment, undefined);
});

test("what it answers is the page, told of the language and of no keys, words or places", async (t) => {
  const config = readConfig({
    ...keys,
    IMGPROXY_TRUSTED_SIGNATURES: "open-sesame",
    IMGPROXY_ALLOWED_SOURCES: "s3://private-",
    IMGPROXY_BASE_URL: "s3://inner/",
    IMGPROXY_PRESETS: "thumb=w:100</script>",
  });
  const outdir = mkdtempSync(join(tmpdir(), "shutterspeed-page-"));
  t.after(() => rmSync(outdir, { recursive: true }));
  const app = new App({ outdir, builtinCloudFormationValidation: false });
  pageCode(pageSettings(config, true)).bind(new Stack(app, "Page"));
  const [file = "", ...more] = globSync("asset.*/*", { cwd: outdir });
  assert.deepEqual([basename(file), more], ["page.mjs", []]);
  const { handler } = await import(join(outdir, file));
  const { statusCode, headers, body } = await handler();
  assert.equal(statusCode, 200);
  assert.equal(headers["content-type"], "text/html; charset=utf-8");
  assert.match(headers["content-security-policy"], /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; /);
  for (const untold of [
    "943b421c9eb07c83",
    "520f986b998545b4",
    "148,59,66",
    "open-sesame",
    "private-",
    "inner",
  ])
    assert.ok(!body.includes(untold), untold);
  const [, data = ""] = /<script type="application\/json" id="settings">(.*?)<\/script>/.exec(body) ?? [];
  const settings = JSON.parse(data);
  assert.deepEqual([settings.signed, settings.config.presets], [true, "thumb=w:100</script>"]);
});

test("where another thing stands in its place, or no page could ask for pictures, one sentence says so", () => {
  const expected = (environment: Readonly<Record<string, string>>, message: RegExp) =>
    assert.throws(() => synthesized({ playground: true, environment }), { message });
  expected({ IMGPROXY_PATH_PREFIX: "/playground" }, /^playground: expected IMGPROXY_PATH_PREFIX and /);
  expected({ IMGPROXY_HEALTH_CHECK_PATH: "/playground" }, /^playground: expected IMGPROXY_PATH_PREFIX and /);
  expected({ IMGPROXY_SECRET: "x" }, /^playground: expected no IMGPROXY_SECRET/);
  assert.doesNotThrow(() => synthesized({ playground: true, environment: { IMGPROXY_PATH_PREFIX: "/img" } }));
});

test("the stack puts out where it is", () => {
  const { Value } = on.toJSON().Outputs.Playground;
  assert.match(JSON.stringify(Value), /https:\/\/.*\/playground/);
  assert.equal(off.toJSON().Outputs.Playground, undefined);
});
