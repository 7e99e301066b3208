import { Annotations, Duration } from "aws-cdk-lib";
import type { Distribution } from "aws-cdk-lib/aws-cloudfront";
import { Rule } from "aws-cdk-lib/aws-events";
import { Grant, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Bucket, CfnBucket, type IBucket } from "aws-cdk-lib/aws-s3";
import { type IQueue, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { variables } from "../../lambda/config/variables.ts";
import type { Environment } from "../environment.ts";
import { againAfter } from "../purge/again.ts";
import { acknowledgeDeletion } from "./acknowledged.ts";
import type { ImageFunction, ImageFunctionProps } from "./image-function.ts";
import { ownFunction } from "./own-function.ts";
import type { SourceObjects } from "./sources.ts";

export interface PurgeProps {
  /**
   * Whether what was made of a picture goes when the picture changes or is deleted, from the derivatives and from the cache. A bucket
   * that was there before has to tell EventBridge of its changes (`npm run purge -- --events-of NAME`). Each change costs two paths of
   * invalidations, of which CloudFront gives 1000 a month away; then they are $0.005 each, also for pictures that are new. Where none is
   * ever overwritten, `"deleted"` spares that.
   *
   * @default true
   */
  readonly purge?: boolean | "deleted" | undefined;
}

/** The events that `purge` asks for. */
export const eventsOf = (purge: NonNullable<PurgeProps["purge"]>): PurgePlaces["events"] =>
  purge === "deleted" ? ["Object Deleted"] : ["Object Created", "Object Deleted"];

/** What is purged, and where. */
export interface PurgePlaces {
  readonly images: ImageFunction;
  /** Of that function, as somebody asked for it. */
  readonly environment: Environment;
  readonly sources: readonly SourceObjects[];
  /** Of what becomes of a picture, what counts. */
  readonly events: readonly ("Object Created" | "Object Deleted")[];
  readonly derivatives: IBucket;
  readonly distribution: Distribution;
  /** As that function's. */
  readonly logs: Pick<ImageFunctionProps, "logRetention" | "logRemovalPolicy">;
}

/** Changes of pictures, from EventBridge through a queue to a function: nobody else may delete or list what was made of them. */
export class Purge extends Construct {
  /** Where changes wait, and whoever purges by hand puts them. */
  readonly queue: IQueue;
  /** What could not be purged, for days: an alarm's business. */
  readonly deadLetterQueue: IQueue;

  constructor(scope: Construct, id: string, places: PurgePlaces) {
    super(scope, id);
    const dead = new Queue(this, "DeadLetters", { ...sealed, retentionPeriod: Duration.days(14) });
    this.deadLetterQueue = dead;
    const queue = new Queue(this, "Queue", {
      ...sealed,
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      deadLetterQueue: { queue: dead, maxReceiveCount: RECEIVES },
    });
    this.queue = queue;
    // A bucket with several prefixes is one.
    for (const source of new Map(places.sources.map((one) => [one.bucket, one])).values()) this.#hear(source);
    const target = { arn: queue.queueArn, deadLetterConfig: { arn: dead.queueArn } };
    const rules = places.sources.map(
      (source, nth) =>
        new Rule(this, `Changes${nth}`, {
          description: "Pictures that changed, came or went",
          eventPattern: patternOf(source, places.events),
          targets: [{ bind: () => target }],
        }),
    );
    for (const each of [queue, dead]) each.addToResourcePolicy(sending(each, rules));
    this.#sayUnheard(places.images);
    const purging = this.#function(places);
    purging.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );
    this.#grant(purging, places);
  }

  /** Has the bucket tell EventBridge, where it is ours to say. */
  #hear({ bucket, made }: SourceObjects): void {
    const { defaultChild } = bucket.node;
    if (made && defaultChild instanceof CfnBucket) {
      defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    } else if (bucket instanceof Bucket) bucket.enableEventBridgeNotification();
    else {
      // Whatever else it tells whom, CloudFormation would overwrite.
      Annotations.of(this).addInfoV2(
        `shutterspeed:events-of-${bucket.node.id}`,
        `sourceBuckets: ${bucket.bucketName}: its changes are heard of once it tells EventBridge: npm run purge -- --events-of ${bucket.bucketName}; from another account or region, a rule there has to hand them on to the event bus of this one`,
      );
    }
  }

  #sayUnheard({ config }: ImageFunction): void {
    const [point] = config.s3AccessPoints;
    if (point === undefined) return;
    Annotations.of(this).addInfoV2(
      "shutterspeed:access-points",
      `IMGPROXY_S3_ACCESS_POINTS: changes of what s3://${point.name}/ names are not heard of, for events name the bucket behind it: npm run purge -- s3://${point.name}/KEY`,
    );
  }

  #function({ images, environment, derivatives, distribution, logs }: PurgePlaces): Lambda {
    const named = [variables.sourceQuerySeparator, variables.urlReplacements, variables.baseUrl].flatMap(
      ({ name }) => (environment[name] === undefined ? [] : [[name, environment[name]] as const]),
    );
    return ownFunction(this, "Function", {
      logRetention: logs.logRetention ?? RetentionDays.ONE_MONTH,
      logRemovalPolicy: logs.logRemovalPolicy,
      description: "Deletes what was made of pictures that changed, and has edges drop it",
      architecture: images.architecture,
      handler: "purge.handler",
      code: images.code,
      memorySize: 512,
      timeout,
      environment: {
        ...Object.fromEntries(named),
        [variables.derivativesBucket.name]: derivatives.bucketName,
        SHUTTERSPEED_PURGE_QUEUE: this.queue.queueUrl,
        SHUTTERSPEED_PURGE_DISTRIBUTION: distribution.distributionId,
        SHUTTERSPEED_PURGE_AGAIN_AFTER: `${againAfter(images.timeout.toSeconds(), images.config)}`,
      },
    });
  }

  #grant(grantee: Lambda, { derivatives, distribution }: PurgePlaces): void {
    const allow = (action: string, arn: string) =>
      Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [arn] });
    const objects = derivatives.arnForObjects("*");
    allow("s3:ListBucket", derivatives.bucketArn);
    allow("s3:DeleteObject", objects);
    allow("sqs:SendMessage", this.queue.queueArn);
    distribution.grantCreateInvalidation(grantee);
    acknowledgeDeletion(this, objects);
  }
}

/** Nobody reads it on its way or where it lies. */
const sealed = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };

/** Of one batch. */
const timeout = Duration.seconds(60);

/** How often a change is tried: the last time some two hours after the first. */
const RECEIVES = 12;

/** Lets all rules send: SQS takes 20 statements and 10 conditions for a queue, and the library's own target writes one for each rule. */
const sending = (queue: IQueue, rules: readonly Rule[]) =>
  new PolicyStatement({
    principals: [new ServicePrincipal("events.amazonaws.com")],
    actions: ["sqs:SendMessage"],
    resources: [queue.queueArn],
    conditions: { ArnEquals: { "aws:SourceArn": rules.map(({ ruleArn }) => ruleArn) } },
  });

const patternOf = ({ bucket, prefix }: SourceObjects, events: PurgePlaces["events"]) => ({
  source: ["aws.s3"],
  detailType: [...events],
  detail: { bucket: { name: [bucket.bucketName] }, ...(prefix && { object: { key: [{ prefix }] } }) },
});
