import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { prices } from "../capacity/prices.ts";
import { ofCloudFront, ofEdge, ofLambda, PERIOD, type Watched, written } from "./watched.ts";

export interface DashboardProps {
  readonly watched: Watched;
  readonly alarms: readonly Alarm[];
  /** Whether CloudFront's additional metrics are paid for. */
  readonly additionalMetrics: boolean;
}

/** How it goes, on one page: traffic, errors by phase, times, what is spared, the edge, and what a million pictures cost. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { watched, alarms, additionalMetrics }: DashboardProps) {
    super(scope, id);
    const status = new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: 24, height: 3 });
    new CloudWatchDashboard(this, "Dashboard", {
      widgets: [
        ...(alarms.length > 0 ? [[status]] : []),
        [traffic(watched), withoutFunction(watched, additionalMetrics), costs(watched)],
        [failures(watched), latePhases(watched), latency(watched)],
        [stages(watched), headroom(watched), spared(watched)],
        [edge(watched), refusals(watched), derivatives(watched)],
        [processes(watched), bytes(watched)],
      ],
    });
  }
}

const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []): IWidget =>
  new GraphWidget({ title, left: [...left], right: [...right], width: 8, height: 6, period: PERIOD });

const sums = (watched: Watched, ...names: readonly Parameters<typeof written>[1][]) =>
  names.map((name) => written(watched, name, "Sum"));

const expression = (label: string, text: string, usingMetrics: Readonly<Record<string, IMetric>>): IMetric =>
  new MathExpression({ expression: text, usingMetrics: { ...usingMetrics }, label, period: PERIOD });

const drawn = (watched: Watched) => written(watched, "Duration", "SampleCount");
const asked = (watched: Watched) => ofCloudFront(watched, "Requests", "Sum");

const traffic = (watched: Watched) =>
  graph("Requests", [
    asked(watched).with({ label: "of viewers" }),
    drawn(watched).with({ label: "of the function" }),
  ]);

/** CloudFront's own hit ratio is one of its additional metrics; what the function was not asked for costs nothing to know. */
const withoutFunction = (watched: Watched, additionalMetrics: boolean) =>
  graph("Hit ratio, %", [
    expression("answered without the function", "100 * (1 - FILL(drawn, 0) / asked)", {
      drawn: drawn(watched),
      asked: asked(watched),
    }),
    ...(additionalMetrics ? [ofCloudFront(watched, "CacheHitRate", "Average")] : []),
  ]);

const failures = (watched: Watched) =>
  graph(
    "Failures",
    sums(watched, "ServerError", "ClientError", "SourceTimeout", "SourceErrors"),
    (["4xxErrorRate", "5xxErrorRate"] as const).map((name) => ofCloudFront(watched, name, "Average")),
  );

const latePhases = (watched: Watched) =>
  graph(
    "Source timeouts, by what was waited for",
    sums(
      watched,
      "SourceTimeoutResolve",
      "SourceTimeoutConnect",
      "SourceTimeoutTLS",
      "SourceTimeoutFirstByte",
      "SourceTimeoutBody",
    ),
  );

const latency = (watched: Watched) =>
  graph(
    "What the function takes, ms",
    (["p50", "p90", "p99"] as const).map((statistic) => written(watched, "Duration", statistic)),
  );

const stages = (watched: Watched) =>
  graph(
    "What it takes it for, ms",
    (["FindDuration", "DownloadDuration", "DecodeDuration", "DrawDuration", "KeepDuration"] as const).map(
      (name) => written(watched, name, "p90"),
    ),
  );

const headroom = (watched: Watched) =>
  graph(
    "Headroom, ms left of the function's time",
    (["p1", "p10", "p50"] as const).map((statistic) => written(watched, "DeadlineHeadroom", statistic)),
  );

const spared = (watched: Watched) =>
  graph(
    "Hedges, and what else was done against time",
    sums(watched, "Hedged", "HedgeWon", "Resumed", "StaleServed", "AdmissionStepDown"),
  );

const edge = (watched: Watched) =>
  graph(
    "Edge function",
    (["FunctionExecutionErrors", "FunctionValidationErrors", "FunctionThrottles"] as const).map((name) =>
      ofEdge(watched, name, "Sum"),
    ),
    [ofEdge(watched, "FunctionComputeUtilization", "Average")],
  );

/** All that viewers got 4xx for, less what the function said so to: bad signatures, and failures repeated from the cache. */
const refusals = (watched: Watched) =>
  graph(
    "Refused before the function",
    [
      expression("refused at the edge", "rate * asked / 100 - FILL(told, 0)", {
        rate: ofCloudFront(watched, "4xxErrorRate", "Average"),
        asked: asked(watched),
        told: written(watched, "ClientError", "Sum"),
      }),
    ],
    sums(watched, "KeyMismatch"),
  );

const derivatives = (watched: Watched) =>
  graph("Derivatives", sums(watched, "DerivativeKept", "DerivativeLost"));

const processes = (watched: Watched) =>
  graph(
    "Processes",
    [ofLambda(watched, "ConcurrentExecutions", "Maximum")],
    (["Errors", "Throttles"] as const).map((name) => ofLambda(watched, name, "Sum")),
  );

const bytes = (watched: Watched) => graph("Bytes", sums(watched, "SourceBytes", "BytesOut"));

/** Dollars, by the list prices of us-east-1 that `shutterspeed capacity` reckons with; what is stored, and S3's answers to CloudFront, are left out. */
function costs(watched: Watched): IWidget {
  const { lambdaGbSecond, lambdaRequest, s3Get, s3Put, cloudFrontRequest, cloudFrontFunction } = prices;
  const second = (watched.memorySize / 1024) * lambdaGbSecond[watched.architecture];
  const [edgeRequest, gigabyte] = [cloudFrontRequest + cloudFrontFunction, prices.cloudFrontGb / 2 ** 30];
  const spent = [
    `FILL(ms, 0) * ${aMillion(second / 1000)}`,
    `FILL(calls, 0) * ${aMillion(lambdaRequest + 2 * s3Get)}`,
    `FILL(kept, 0) * ${aMillion(s3Put)}`,
    `asked * ${aMillion(edgeRequest)}`,
    `FILL(sent, 0) * ${aMillion(gigabyte)}`,
  ];
  return graph(`A million requests, $ (prices of ${prices.asOf})`, [
    expression("estimated", `(${spent.join(" + ")}) / asked`, {
      ms: ofLambda(watched, "Duration", "Sum"),
      calls: ofLambda(watched, "Invocations", "Sum"),
      kept: written(watched, "DerivativeKept", "Sum"),
      asked: asked(watched),
      sent: ofCloudFront(watched, "BytesDownloaded", "Sum"),
    }),
  ]);
}

/** Dollars for a million, without an exponent: metric math is not known to read one. */
const aMillion = (dollars: number) => (dollars * 1e6).toFixed(9);
