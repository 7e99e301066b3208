import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import project from "../../cdk.json" with { type: "json" };

const out = mkdtempSync(join(tmpdir(), "shutterspeed-app-"));
after(() => rmSync(out, { recursive: true }));

/** Runs the app as the CDK does: context and output folder in its environment. */
function app(context: object, variables: Readonly<Record<string, string>> = {}) {
  const environment = {
    PATH: process.env.PATH,
    CDK_OUTDIR: out,
    CDK_CONTEXT_JSON: JSON.stringify({
      ...project.context,
      "aws:cdk:bundling-stacks": [],
      sourceBuckets: "cats",
      ...context,
    }),
    ...variables,
  };
  const entry = resolve(import.meta.dirname, "../../bin/app.ts");
  return spawnSync(process.execPath, [entry], { env: environment, encoding: "utf8" });
}

const resources = (stack: string) =>
  Object.values<{ Type: string; Properties: Record<string, unknown> }>(
    JSON.parse(readFileSync(join(out, `${stack}.template.json`), "utf8")).Resources,
  );

const settings = {
  stack: "Pictures",
  sourceBuckets: "cats, dogs",
  keepDerivativesDays: 7,
  architecture: "x86_64",
  memory: "3008",
  timeout: 40,
  reservedConcurrency: "9",
  environment: { IMGPROXY_QUALITY: 70, IMGPROXY_TTL: 60 },
  keysParameter: "/images/keys",
};

test("settings come from the context, variables from its map and from the shell, which wins", () => {
  const { status, stderr } = app(settings, { IMGPROXY_TTL: "90", HOME_OF_NOBODY: "1" });
  assert.deepEqual([status, stderr], [0, ""], "nor is there a warning: CloudFormation knows every property");

  const drawing = resources("Pictures").find(({ Properties }) => Properties.Handler === "handler.handler");
  const { Architectures, MemorySize, Timeout, ReservedConcurrentExecutions, Environment } =
    drawing?.Properties ?? {};
  assert.deepEqual(
    [Architectures, MemorySize, Timeout, ReservedConcurrentExecutions],
    [["x86_64"], 3008, 40, 9],
  );
  const { SHUTTERSPEED_DERIVATIVES_BUCKET, ...variables } = Object(Environment).Variables;
  assert.deepEqual(variables, {
    MALLOC_ARENA_MAX: "2",
    UV_THREADPOOL_SIZE: "16",
    SHUTTERSPEED_KEEP_AFTER: "0",
    IMGPROXY_QUALITY: "70",
    IMGPROXY_TTL: "90",
    SHUTTERSPEED_KEYS_PARAMETER: "/images/keys",
    IMGPROXY_ALLOWED_SOURCES: "s3://",
    IMGPROXY_S3_ALLOWED_BUCKETS: "cats,dogs",
  });
  assert.equal(resources("Pictures").filter(({ Type }) => Type === "AWS::S3::Bucket").length, 1);
});

test("a setting that makes no sense ends the synthesis with one sentence", () => {
  for (const [context, variables, sentence] of [
    [{}, { IMGPROXY_QUALITY: "loud" }, 'IMGPROXY_QUALITY: expected an integer from 1 to 100, got "loud"'],
    [{ sourceBukets: "cats" }, {}, "sourceBukets: not a setting we know, did you mean sourceBuckets?"],
  ] as const) {
    const { status, stderr } = app(context, variables);
    assert.deepEqual([status, stderr.trim()], [1, sentence]);
  }
});
