import { Duration } from "aws-cdk-lib";
import { Metric as CloudWatchMetric } from "aws-cdk-lib/aws-cloudwatch";
import { METRICS_NAMESPACE, type Metric, SERVICE_NAME } from "../../lambda/metrics.ts";
import type { prices } from "../capacity/prices.ts";

/** What is watched, by the names its metrics lie under. */
export interface Watched {
  readonly functionName: string;
  readonly distributionId: string;
  readonly edgeFunctionName: string;
  /** MB of the function. */
  readonly memorySize: number;
  readonly architecture: keyof typeof prices.lambdaGbSecond;
  /** ms the function may take. */
  readonly timeout: number;
  /** The queue of what could not be purged, where something is. */
  readonly deadLetterQueueName?: string | undefined;
}

/** What Lambda writes of the function. */
export type LambdaMetric = "Invocations" | "Errors" | "Throttles" | "Duration" | "ConcurrentExecutions";
/** What CloudFront writes of a distribution; the last only for those that pay for more. */
export type CloudFrontMetric =
  | "Requests"
  | "BytesDownloaded"
  | "4xxErrorRate"
  | "5xxErrorRate"
  | "CacheHitRate";
/** What CloudFront writes of an edge function. */
export type EdgeMetric =
  | "FunctionExecutionErrors"
  | "FunctionValidationErrors"
  | "FunctionThrottles"
  | "FunctionComputeUtilization";

/** As CloudWatch writes them: Sum, SampleCount, Average, Maximum, p99. */
export type Statistic = "Sum" | "SampleCount" | "Average" | "Maximum" | `p${number}`;

/** CloudFront's metrics lie here, wherever the stack is. */
export const CLOUDFRONT_REGION = "us-east-1";

/** Long enough for a quiet site to have a few requests in, short enough to hear of it at once. */
export const PERIOD = Duration.minutes(5);

/** A metric that the function writes itself. */
export const written = ({ functionName }: Watched, metricName: Metric, statistic: Statistic) =>
  new CloudWatchMetric({
    namespace: METRICS_NAMESPACE,
    metricName,
    statistic,
    dimensionsMap: { service: SERVICE_NAME, function: functionName },
    label: labelOf(metricName, statistic),
    period: PERIOD,
  });

/** A metric that Lambda writes of the function. */
export const ofLambda = ({ functionName }: Watched, metricName: LambdaMetric, statistic: Statistic) =>
  new CloudWatchMetric({
    namespace: "AWS/Lambda",
    metricName,
    statistic,
    dimensionsMap: { FunctionName: functionName },
    label: labelOf(metricName, statistic),
    period: PERIOD,
  });

/** A metric of the distribution: all that viewers ask for. */
export const ofCloudFront = (
  { distributionId }: Watched,
  metricName: CloudFrontMetric,
  statistic: Statistic,
) => cloudFront({ DistributionId: distributionId, Region: "Global" }, metricName, statistic);

/** A metric of the edge function. */
export const ofEdge = ({ edgeFunctionName }: Watched, metricName: EdgeMetric, statistic: Statistic) =>
  cloudFront({ FunctionName: edgeFunctionName, Region: "Global" }, metricName, statistic);

/** How many messages lie in the queue of what could not be purged; `undefined` where nothing is purged. */
export const deadLetters = ({ deadLetterQueueName }: Watched) =>
  deadLetterQueueName === undefined
    ? undefined
    : new CloudWatchMetric({
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        statistic: "Maximum",
        dimensionsMap: { QueueName: deadLetterQueueName },
        label: "Not purged",
        period: PERIOD,
      });

const cloudFront = (
  dimensionsMap: Readonly<Record<string, string>>,
  metricName: CloudFrontMetric | EdgeMetric,
  statistic: Statistic,
) =>
  new CloudWatchMetric({
    namespace: "AWS/CloudFront",
    metricName,
    statistic,
    dimensionsMap,
    label: labelOf(metricName, statistic),
    region: CLOUDFRONT_REGION,
    period: PERIOD,
  });

const labelOf = (name: string, statistic: Statistic) =>
  statistic.startsWith("p") ? `${name} ${statistic}` : name;
