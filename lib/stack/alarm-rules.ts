import { ComparisonOperator, type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { deadLetters, ofCloudFront, ofEdge, ofLambda, PERIOD, type Watched, written } from "./watched.ts";

/** When an alarm rings, and what it says. */
export interface AlarmRule {
  /** `undefined` where there is nothing to be watched. */
  readonly metric: (watched: Watched) => IMetric | undefined;
  /** In the metric's unit; what rings is this much and more, or, where `below`, less. */
  readonly threshold: (watched: Watched) => number;
  readonly below?: true;
  /** CloudFront writes its metrics in us-east-1, and an alarm hears those of its own region alone. */
  readonly atTheEdge?: true;
  /** Periods of 5 minutes that are looked at, and how many of them have to be bad. */
  readonly periods: readonly [looked: number, bad: number];
  /** What the figure is, after the threshold: `5 % of the requests …`. */
  readonly means: string;
  /** What to do first. */
  readonly first: string;
}

/** Failures below which a share of them says nothing: of four requests, one is a quarter. */
const ENOUGH = 3;

/** `bad` in percent of `all`, or 0 while there are too few of them to say so. */
const share = (bad: IMetric, all: string, usingMetrics: Readonly<Record<string, IMetric>>) =>
  new MathExpression({
    expression: `IF(bad >= ${ENOUGH}, 100 * bad / (${all}), 0)`,
    usingMetrics: { bad, ...usingMetrics },
    label: "%",
    period: PERIOD,
  });

/** Every request writes how long it took: so many were there. */
const requests = (watched: Watched) => ({ requests: written(watched, "Duration", "SampleCount") });

/** What there are alarms for, by the names of their thresholds. */
export const alarmRules: Readonly<Record<string, AlarmRule>> = {
  sourceTimeouts: {
    metric: (of) => share(written(of, "SourceTimeout", "Sum"), "requests", requests(of)),
    threshold: () => 5,
    periods: [1, 1],
    means: "% of what the function was asked for in 5 minutes ended in 504, for its source came too late",
    first: "measure the way to the bucket: shutterspeed doctor s3://BUCKET/KEY",
  },
  serverErrors: {
    metric: (of) => share(written(of, "ServerError", "Sum"), "requests", requests(of)),
    threshold: () => 5,
    periods: [1, 1],
    means: "% of what the function was asked for in 5 minutes was answered with 5xx",
    first: "the function's log has a line of level ERROR for each, with its phase and reason",
  },
  latency: {
    metric: (of) => written(of, "Duration", "p99"),
    threshold: ({ timeout }) => Math.min(5000, timeout / 2),
    periods: [3, 2],
    means: "ms and more is what one request of a hundred takes",
    first: "what it needs: shutterspeed capacity --average SIZE --rate REQUESTS",
  },
  headroom: {
    metric: (of) => written(of, "DeadlineHeadroom", "p1"),
    threshold: ({ timeout }) => Math.min(1000, timeout / 10),
    below: true,
    periods: [3, 2],
    means: "ms of the function's time is all that one request of a hundred has left",
    first: "give it more memory or time: shutterspeed capacity --average SIZE --rate REQUESTS",
  },
  throttles: {
    metric: (of) => ofLambda(of, "Throttles", "Sum"),
    threshold: () => 5,
    periods: [1, 1],
    means: "requests in 5 minutes found no free process: viewers got 429",
    first: "raise reservedConcurrency, or the account's limit: shutterspeed capacity says how far",
  },
  functionErrors: {
    metric: (of) => ofLambda(of, "Errors", "Sum"),
    threshold: () => 3,
    periods: [1, 1],
    means: "invocations in 5 minutes ended without an answer: the process died, or could not start",
    first: "look for REPORT lines that end in an error in the function's log",
  },
  keyMismatches: {
    metric: (of) => written(of, "KeyMismatch", "Sum"),
    threshold: () => 1,
    periods: [3, 3],
    means: "requests and more in each 5 minutes of 15 were named otherwise by the edge than by the function",
    first:
      "a deployment under way says so for some minutes, more is a mistake: see edgeKey in the function's log",
  },
  derivativesLost: {
    metric: (of) =>
      share(written(of, "DerivativeLost", "Sum"), "bad + kept", {
        kept: written(of, "DerivativeKept", "Sum"),
      }),
    threshold: () => 10,
    periods: [1, 1],
    means: "% of the pictures that were to be kept in 5 minutes could not be",
    first: "derivativeError in the function's log says what the derivative bucket answered",
  },
  purgeFailures: {
    metric: deadLetters,
    threshold: () => 1,
    periods: [1, 1],
    means: "changes of sources and more could not be purged: old pictures are served",
    first: "read the messages of the dead-letter queue, and send them again when the reason is gone",
  },
  viewerErrors: {
    metric: (of) =>
      new MathExpression({
        expression: `IF(rate * asked / 100 >= ${ENOUGH}, rate, 0)`,
        usingMetrics: {
          rate: ofCloudFront(of, "5xxErrorRate", "Average"),
          asked: ofCloudFront(of, "Requests", "Sum"),
        },
        label: "%",
        period: PERIOD,
      }),
    atTheEdge: true,
    threshold: () => 5,
    periods: [1, 1],
    means: "% of what viewers asked for in 5 minutes was answered with 5xx",
    first: "see which other alarm rings: the function's, its throttles, or the edge's own",
  },
  edgeErrors: {
    metric: (of) =>
      new MathExpression({
        expression: "FILL(failed, 0) + FILL(invalid, 0)",
        usingMetrics: {
          failed: ofEdge(of, "FunctionExecutionErrors", "Sum"),
          invalid: ofEdge(of, "FunctionValidationErrors", "Sum"),
        },
        label: "edge function errors",
        period: PERIOD,
      }),
    atTheEdge: true,
    threshold: () => 5,
    periods: [1, 1],
    means: "requests in 5 minutes broke the edge function: viewers got 503",
    first: "its log group /aws/cloudfront/function/… in us-east-1 says why",
  },
  edgeUtilization: {
    metric: (of) => ofEdge(of, "FunctionComputeUtilization", "Average"),
    atTheEdge: true,
    threshold: () => 70,
    periods: [3, 2],
    means: "% and more of the time CloudFront gives an edge function is used; at 100 requests fail",
    first: "fewer IMGPROXY_URL_REPLACEMENTS and IMGPROXY_TRUSTED_SIGNATURES make it shorter",
  },
};

/** The words of CloudFormation for how a figure is held against its threshold. */
export const comparisonOf = ({ below }: AlarmRule) =>
  below ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;

/** What an alarm says to whoever is woken by it. */
export const descriptionOf = ({ means, first, below }: AlarmRule, threshold: number) =>
  `${below ? "Less than " : ""}${threshold} ${means}. First: ${first}.`;
