import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { Alarms, type AlarmsProps } from "./alarms.ts";
import { Dashboard } from "./dashboard.ts";
import type { Delivery } from "./delivery.ts";
import type { ImageFunction } from "./image-function.ts";
import type { Watched } from "./watched.ts";

export interface WatchingProps {
  /**
   * Who hears the alarms and from which figures on they ring; `false` for none. They cost about 1.5 dollars a month.
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
}

/** What is looked at of a stack, and what rings. */
export class Watching extends Construct {
  readonly alarms: ReadonlyMap<string, Alarm>;

  /** `deadLetterQueue` holds what could not be purged. Throws one sentence when a threshold is no figure. */
  constructor(
    scope: Construct,
    id: string,
    props: WatchingProps & {
      readonly images: ImageFunction;
      readonly delivery: Delivery;
      readonly additionalMetrics?: boolean | undefined;
      readonly deadLetterQueue?: IQueue | undefined;
    },
  ) {
    super(scope, id);
    const { images, delivery, alarms, dashboard = true, additionalMetrics = false } = props;
    const watched: Watched = {
      functionName: images.function.functionName,
      distributionId: delivery.distribution.distributionId,
      edgeFunctionName: delivery.edge.functionName,
      memorySize: images.memorySize,
      architecture: images.architecture === Architecture.ARM_64 ? "arm64" : "x86_64",
      timeout: images.timeout.toMilliseconds(),
      deadLetterQueueName: props.deadLetterQueue?.queueName,
    };
    this.alarms = alarms === false ? new Map() : new Alarms(this, "Alarms", watched, alarms).alarms;
    if (dashboard) {
      new Dashboard(this, "Board", { watched, alarms: [...this.alarms.values()], additionalMetrics });
    }
  }
}
