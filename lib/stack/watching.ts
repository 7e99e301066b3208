import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { Alarms, type AlarmsProps } from "./alarms.ts";
import { architectureName } from "./architecture.ts";
import { Chaos, type ChaosProps } from "./chaos.ts";
import { Dashboard } from "./dashboard.ts";
import type { Delivery } from "./delivery.ts";
import type { ImageFunction } from "./image-function.ts";
import type { Network } from "./network.ts";
import type { Watched } from "./watched.ts";

export interface WatchingProps {
  /**
   * Who hears the alarms and from which figures on they ring; `false` for none. They cost about two dollars a month.
   *
   * @default - they ring, and nobody is told
   */
  readonly alarms?: AlarmsProps | false | undefined;
  /**
   * Whether there is a dashboard. Three are free in an account, each further one costs 3 dollars a month.
   *
   * @default true
   */
  readonly dashboard?: boolean | undefined;
  /**
   * An experiment of AWS FIS that breaks what the drills break, on the real account.
   *
   * @default - none
   */
  readonly chaos?: ChaosProps | undefined;
}

/** What is looked at of a stack, and what rings. */
export class Watching extends Construct {
  readonly alarms: ReadonlyMap<string, Alarm>;
  /** Id of the experiment's template; `undefined` where there is none. */
  readonly experiment: string | undefined;

  /** `deadLetterQueue` holds what could not be purged. Throws one sentence when a threshold is no figure, or nothing would stop the experiment. */
  constructor(
    scope: Construct,
    id: string,
    props: WatchingProps & {
      readonly images: ImageFunction;
      readonly delivery: Delivery;
      readonly additionalMetrics?: boolean | undefined;
      readonly deadLetterQueue?: IQueue | undefined;
      readonly network?: Network | undefined;
    },
  ) {
    super(scope, id);
    const { images, delivery, alarms, dashboard = true, additionalMetrics = false } = props;
    const watched: Watched = {
      functionName: images.function.functionName,
      distributionId: delivery.distribution.distributionId,
      edgeFunctionName: delivery.edge.functionName,
      memorySize: images.memorySize,
      architecture: architectureName(images.architecture),
      timeout: images.timeout.toMilliseconds(),
      deadLetterQueueName: props.deadLetterQueue?.queueName,
    };
    this.alarms = alarms === false ? new Map() : new Alarms(this, "Alarms", watched, alarms).alarms;
    for (const name of ["serverErrors", "functionErrors"]) {
      const alarm = this.alarms.get(name);
      // A version that fails is taken back.
      if (alarm) images.rollout?.addAlarm(alarm);
    }
    if (dashboard) {
      new Dashboard(this, "Board", { watched, alarms: [...this.alarms.values()], additionalMetrics });
    }
    const alarm = this.alarms.get("serverErrors");
    const { chaos, network } = props;
    this.experiment = chaos && new Chaos(this, "Chaos", { ...chaos, images, network, alarm }).templateId;
  }
}
