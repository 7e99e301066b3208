import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import project from "../../cdk.json" with { type: "json" };
import { ImageStack, type ImageStackProps } from "../../lib/stack/image-stack.ts";

const arn = (rest: string) => `arn:aws:${rest}`;
const whole: ImageStackProps = {
  sourceBuckets: ["cats", { name: "dogs", prefix: "puppies/" }],
  domain: {
    names: ["img.example.com"],
    certificate: arn("acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"),
  },
  encryptionKey: arn("kms:eu-central-1:111122223333:key/12345678-1234-1234-1234-123456789012"),
  network: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
  provisionedConcurrency: 2,
  tracing: true,
  accessLogs: "logs",
  webAcl: arn("wafv2:us-east-1:111122223333:global/webacl/mine/12345678-1234-1234-1234-123456789012"),
  originShieldRegion: "eu-central-1",
};

/** What cdk-nag and the library's own rules, which are CloudFormation's schemas, find. */
function findings(props: ImageStackProps): string {
  const outdir = mkdtempSync(join(tmpdir(), "shutterspeed-nag-"));
  try {
    const app = new App({ outdir, context: { ...project.context, "aws:cdk:bundling-stacks": [] } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    new ImageStack(app, "Nag", props);
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

test("cdk-nag's AwsSolutions and CloudFormation's schemas find nothing in the smallest stack", () => {
  assert.equal(findings({}), "");
});

test("nor in one with everything", () => {
  assert.equal(findings(whole), "");
});
