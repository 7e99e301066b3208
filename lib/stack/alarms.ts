import { CfnCondition, Fn, Stack, Token } from "aws-cdk-lib";
import { Alarm, CfnAlarm, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { type AlarmRule, alarmRules, comparisonOf, descriptionOf } from "./alarm-rules.ts";
import { CLOUDFRONT_REGION, type Watched } from "./watched.ts";

/** Who hears the alarms, and from which figure on each rings. Shares are of 5 minutes, and rest on three failures at least. */
export interface AlarmsProps {
  /**
   * The SNS topic that hears when one rings, and when it is over: a topic of the app, or an ARN.
   *
   * @default - nobody is told; the dashboard shows them
   */
  readonly topic?: ITopic | string | undefined;
  /** % of the requests of the function whose source came too late. @default 5 */
  readonly sourceTimeouts?: number | undefined;
  /** % of the requests of the function that it answers with 5xx. @default 5 */
  readonly serverErrors?: number | undefined;
  /** ms that one request of a hundred takes. @default 5000, or half the function's timeout if that is less */
  readonly latency?: number | undefined;
  /** ms of the function's time that one request of a hundred has left. @default 1000, or a tenth of the function's timeout if that is less */
  readonly headroom?: number | undefined;
  /** Requests that Lambda refused in 5 minutes: viewers get 429. @default 5 */
  readonly throttles?: number | undefined;
  /** Invocations that ended without an answer in 5 minutes. @default 3 */
  readonly functionErrors?: number | undefined;
  /** Requests that edge and function name differently, in each 5 minutes of 15. @default 1 */
  readonly keyMismatches?: number | undefined;
  /** % of the pictures that were to be kept and could not be. @default 10 */
  readonly derivativesLost?: number | undefined;
  /** Changes of sources that could not be purged and lie in the dead-letter queue. @default 1 */
  readonly purgeFailures?: number | undefined;
  /** % of the requests of viewers that are answered with 5xx. In us-east-1 only. @default 5 */
  readonly viewerErrors?: number | undefined;
  /** Requests that broke the edge function in 5 minutes. In us-east-1 only. @default 5 */
  readonly edgeErrors?: number | undefined;
  /** % of the time CloudFront gives the edge function. In us-east-1 only. @default 70 */
  readonly edgeUtilization?: number | undefined;
}

/**
 * Rings when pictures are late, missing or not kept, before viewers say so. About two dollars a month.
 * Outside us-east-1 none rings for the edge, for CloudFront writes its metrics there and an alarm hears its own region: the dashboard shows them.
 */
export class Alarms extends Construct {
  /** Those that are there wherever the stack is, by the names of their thresholds. */
  readonly alarms: ReadonlyMap<string, Alarm>;

  /** Throws one sentence when a threshold is no figure. */
  constructor(scope: Construct, id: string, watched: Watched, { topic, ...thresholds }: AlarmsProps = {}) {
    super(scope, id);
    const given: Readonly<Record<string, number | undefined>> = thresholds;
    for (const [name, threshold] of Object.entries(given)) checkThreshold(name, threshold);
    const action = topic === undefined ? undefined : new SnsAction(topicOf(this, topic));
    const alarms = new Map<string, Alarm>();
    for (const [name, rule] of Object.entries(alarmRules)) {
      const metric = rule.metric(watched);
      if (metric === undefined || (rule.atTheEdge && !mayLieAtTheEdge(this))) continue;
      const alarm = this.#alarm(name, metric, rule, given[name] ?? rule.threshold(watched));
      if (action) alarm.addAlarmAction(action);
      if (action) alarm.addOkAction(action);
      if (rule.atTheEdge) this.#onlyAtTheEdge(alarm);
      else alarms.set(name, alarm);
    }
    this.alarms = alarms;
  }

  #alarm(name: string, metric: IMetric, rule: AlarmRule, threshold: number): Alarm {
    const [evaluationPeriods, datapointsToAlarm] = rule.periods;
    return new Alarm(this, `${name.charAt(0).toUpperCase()}${name.slice(1)}`, {
      metric,
      threshold,
      comparisonOperator: comparisonOf(rule),
      evaluationPeriods,
      datapointsToAlarm,
      // All of them are written by requests: where there are none, nothing is wrong.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: descriptionOf(rule, threshold),
    });
  }

  /** A stack that does not know its region finds out when it is deployed. */
  #onlyAtTheEdge(alarm: Alarm): void {
    const { region } = Stack.of(this);
    const { defaultChild } = alarm.node;
    if (!Token.isUnresolved(region) || !(defaultChild instanceof CfnAlarm)) return;
    const found = this.node.tryFindChild("AtTheEdge");
    defaultChild.cfnOptions.condition =
      found instanceof CfnCondition
        ? found
        : new CfnCondition(this, "AtTheEdge", { expression: Fn.conditionEquals(region, CLOUDFRONT_REGION) });
  }
}

const mayLieAtTheEdge = (scope: Construct) => {
  const { region } = Stack.of(scope);
  return Token.isUnresolved(region) || region === CLOUDFRONT_REGION;
};

const topicOf = (scope: Construct, topic: ITopic | string): ITopic =>
  typeof topic === "string" ? Topic.fromTopicArn(scope, "Topic", checkedTopic(topic)) : topic;

function checkedTopic(arn: string): string {
  if (Token.isUnresolved(arn) || /^arn:[\w-]+:sns:[\w-]+:\d{12}:.+/.test(arn)) return arn;
  throw new Error(`alarms.topic: expected the ARN of an SNS topic, got "${arn}"`);
}

function checkThreshold(name: string, threshold: number | undefined): void {
  if (threshold === undefined || Token.isUnresolved(threshold) || (threshold > 0 && threshold < Infinity))
    return;
  throw new Error(`alarms.${name}: expected a number above 0, got ${threshold}`);
}
