import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { Template } from "aws-cdk-lib/assertions";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { METRICS_NAMESPACE, metrics } from "../../lambda/metrics.ts";
import { all, drawing, only, synthesized } from "./synthesized.ts";

type Options = Readonly<Record<string, unknown>>;
/** As a dashboard's body has them: namespace, name, dimensions by turns, and options. */
type Row = readonly (string | Options)[];
interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly region?: unknown;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly Row[];
  };
}

/** The widgets of the only dashboard; references stand there as `<id>`. */
function widgets(template: Template): readonly Widget[] {
  const { DashboardBody } = only(template, "AWS::CloudWatch::Dashboard");
  const [, parts]: readonly [string, readonly unknown[]] = DashboardBody["Fn::Join"];
  const shown = (part: unknown) =>
    typeof part === "string" ? part : `<${Object.values(Object(part)).flat().join(".")}>`;
  return JSON.parse(parts.map(shown).join("")).widgets;
}
const rows = (template: Template) => widgets(template).flatMap(({ properties }) => properties.metrics ?? []);
const named = (template: Template) =>
  rows(template).filter((row): row is Row & readonly [string, string] => typeof row[0] === "string");

const template = synthesized();

test("widgets name only metrics that the function writes, or AWS", () => {
  const ofAws = {
    "AWS/Lambda": ["Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"],
    "AWS/CloudFront": [
      "Requests",
      "BytesDownloaded",
      "4xxErrorRate",
      "5xxErrorRate",
      "FunctionExecutionErrors",
      "FunctionValidationErrors",
      "FunctionThrottles",
      "FunctionComputeUtilization",
    ],
  };
  const known: Readonly<Record<string, readonly string[]>> = {
    ...ofAws,
    [METRICS_NAMESPACE]: Object.keys(metrics),
  };
  const strangers = named(template).filter(([namespace, name]) => !known[namespace]?.includes(name));
  assert.deepEqual(strangers, []);
  assert.ok(named(template).length > 30);
});

test("what the function writes lies under the names that widgets ask for", () => {
  const script = `
    import { fileUnder, publishMetrics } from "./lambda/log.ts";
    fileUnder("F");
    const download = { phase: "body", hedged: 1, hedgeWon: true, resumed: 1, attempts: 1 };
    publishMetrics({ findMs: 1, downloadMs: 1, renderMs: 1, decodeMs: 1, drawMs: 1, keepMs: 1, bytes: 1, stale: true, download },
      { status: 200, durationMs: 1, remainingMs: 1, bytesOut: 1 });`;
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  const { _aws, ...said } = JSON.parse(run.stdout);
  const [{ Namespace, Dimensions }] = _aws.CloudWatchMetrics;
  const asked = named(template).filter(([namespace]) => namespace === METRICS_NAMESPACE);
  for (const [namespace, name, ...dimensions] of asked) {
    assert.equal(namespace, Namespace);
    if (!name.startsWith("SourceTimeout")) assert.ok(name in said, name);
    const names = dimensions.filter((one, nth) => nth % 2 === 0 && typeof one === "string");
    assert.deepEqual(names.toSorted(), Dimensions[0].toSorted());
    assert.ok(dimensions.includes(`<${drawing(template).id}>`) && dimensions.includes(said.service));
  }
});

test("CloudFront's metrics are asked for where they lie", () => {
  for (const [namespace, name, ...more] of named(template)) {
    const { region } = Object(more.at(-1));
    assert.equal(region, namespace === "AWS/CloudFront" ? "us-east-1" : undefined, name);
  }
});

test("traffic, hit ratio, errors by phase, percentiles, headroom, hedges, refusals, costs: each has its widget", () => {
  const titles = widgets(template).map(({ properties }) => properties.title);
  for (const title of [
    "Requests",
    "Hit ratio, %",
    "Failures",
    "Source timeouts, by what was waited for",
    "What the function takes, ms",
    "Headroom, ms left of the function's time",
    "Hedges, and what else was done against time",
    "Refused before the function",
  ])
    assert.ok(titles.includes(title), title);
  const phases = named(template).filter(([, name]) => /^SourceTimeout./.test(name));
  assert.equal(phases.length, 5);
});

/** What the widget's expression comes to, with these figures in the place of its metrics. */
function computed(of: Template, title: RegExp, figures: Readonly<Record<string, number>>): number {
  const widget = widgets(of).find(({ properties }) => title.test(properties.title ?? ""));
  const [expression] = (widget?.properties.metrics ?? []).flatMap((row) => Object(row[0]).expression ?? []);
  const compute = new Function("FILL", ...Object.keys(figures), `return ${expression}`);
  return compute((figure: number) => figure, ...Object.values(figures));
}

test("a million requests cost what the price list says", () => {
  // 1 million of viewers, a tenth of them drawn in 200 ms at 1769 MB, half of those kept, 20 GB sent:
  // 20,000 s x 1.7275 GB x 0.0000133334 + 100,000 x (0.0000002 + 2 x 0.0000004) + 50,000 x 0.000005 + 1.1 + 20 x 0.085.
  const load = { ms: 2e7, calls: 1e5, kept: 5e4, asked: 1e6, sent: 20 * 2 ** 30 };
  const near = (of: Template, dollars: number) => {
    const found = computed(of, /^A million/, load);
    assert.ok(Math.abs(found - dollars) < 0.001, `${found}`);
  };
  near(template, 3.6107);
  near(synthesized({ memorySize: 3538, architecture: Architecture.X86_64 }), 4.3018);
});

test("the hit ratio is what the function was not asked for; refusals are what it did not refuse", () => {
  assert.equal(computed(template, /^Hit ratio/, { drawn: 100, asked: 1000 }), 90);
  assert.equal(computed(template, /^Refused/, { rate: 5, asked: 1000, told: 20 }), 30);
});

test("CloudFront's own hit rate is shown where it is paid for", () => {
  const paid = synthesized({ additionalMetrics: true });
  assert.equal(named(paid).filter(([, name]) => name === "CacheHitRate").length, 1);
  assert.equal(all(paid, "AWS::CloudFront::MonitoringSubscription").length, 1);
  assert.equal(all(template, "AWS::CloudFront::MonitoringSubscription").length, 0);
});

test("alarms are shown, but those that may not be there; a dashboard nobody wants is none", () => {
  const shown = widgets(template).flatMap(({ properties }) => properties.alarms ?? []);
  const sure = all(template, "AWS::CloudWatch::Alarm").filter(({ Condition }) => Condition === undefined);
  assert.deepEqual(
    shown,
    sure.map(({ id }) => `<${id}.Arn>`),
  );
  assert.equal(sure.length, 9);
  assert.deepEqual(all(synthesized({ dashboard: false }), "AWS::CloudWatch::Dashboard"), []);
  assert.doesNotThrow(() => widgets(synthesized({ alarms: false })));
});
