import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import project from "../../cdk.json" with { type: "json" };
import { ImageStack, type ImageStackProps } from "../../lib/stack/image-stack.ts";
import { synthesized } from "./synthesized.ts";
import { assuming, whole } from "./whole.ts";

/** What cdk-nag and the library's own rules, which are CloudFormation's schemas, find in stacks of an app. */
function findings(stacks: Readonly<Record<string, ImageStackProps>>): string {
  const outdir = mkdtempSync(join(tmpdir(), "shutterspeed-nag-"));
  try {
    const app = new App({ outdir, context: { ...project.context, "aws:cdk:bundling-stacks": [] } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    for (const [id, props] of Object.entries(stacks)) new ImageStack(app, id, props);
    app.synth();
    return "";
  } catch (error) {
    if (!/Validation failed/.test(String(error))) throw error;
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, "validation-report.json"), "utf8"));
    return JSON.stringify(pluginReports.map(({ violations }: { violations: unknown }) => violations));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

test("cdk-nag's AwsSolutions and CloudFormation's schemas find nothing in the smallest stack, in one that streams, with a playground, in one with everything, nor where another role reads the sources", () => {
  const streaming = { responseStreaming: true, playground: true };
  assert.equal(findings({ Smallest: {}, Streaming: streaming, Whole: whole, Assuming: assuming }), "");
});

/** cfn-lint of the PATH, or of the variable CFN_LINT. */
const cfnLint = process.env.CFN_LINT ?? "cfn-lint";
const skip = spawnSync(cfnLint, ["--version"]).status !== 0 && "cfn-lint is not here (pip install cfn-lint)";

test("cfn-lint finds nothing in any of them", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "shutterspeed-lint-"));
  try {
    const files = [{ unsigned: false, playground: true }, whole, assuming].map((props, nth) => {
      const file = join(folder, `${nth}.template.json`);
      writeFileSync(file, JSON.stringify(synthesized(props).toJSON()));
      return file;
    });
    // E3006: some region may lack a service; W3005: a dependency said twice, as the library does.
    const { stdout } = spawnSync(cfnLint, ["--ignore-checks", "E3006", "W3005", "--", ...files], {
      encoding: "utf8",
    });
    assert.equal(stdout, "");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
