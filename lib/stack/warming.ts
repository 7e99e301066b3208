import { ArnFormat, Aws, Duration, Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Rule, type Schedule } from "aws-cdk-lib/aws-events";
import { SfnStateMachine } from "aws-cdk-lib/aws-events-targets";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import type { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { DefinitionBody, LogLevel, StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { compileLanguage } from "../../lambda/url/language.ts";
import { BROWSERS } from "../warm/accept.ts";
import { warmPrices } from "../warm/prices.ts";
import { acknowledgeWarming } from "./acknowledged.ts";
import { architectureName } from "./architecture.ts";
import type { ImageFunction } from "./image-function.ts";
import { ownFunction } from "./own-function.ts";
import { warmStates } from "./warm-states.ts";

/** What is made before anybody asks. */
export interface Warming {
  /** Names of `IMGPROXY_PRESETS`: what is made of each source. */
  readonly presets: readonly string[];
  /**
   * What browsers say they accept; a picture is made for each.
   *
   * @default - what most browsers say, AVIF and WebP among it
   */
  readonly accepts?: readonly string[] | undefined;
  /**
   * When it is done, with all of the first source bucket.
   *
   * @default - when the state machine is started by hand
   */
  readonly schedule?: Schedule | undefined;
  /**
   * Batches of 20 sources that are worked on at once; each asks for four pictures at once.
   *
   * @default 10
   */
  readonly maxConcurrency?: number | undefined;
  /**
   * Percent of the pictures that may fail.
   *
   * @default 5
   */
  readonly toleratedFailurePercentage?: number | undefined;
  /**
   * The bucket that S3 inventories are delivered to; an execution may then name a manifest in it.
   *
   * @default - the buckets are listed
   */
  readonly inventoryBucket?: string | undefined;
}

/** What warming needs of the rest. */
export interface WarmUpProps {
  readonly warming: Warming;
  readonly images: ImageFunction;
  /** Where pictures are asked for: https://… */
  readonly origin: string;
  readonly sources: readonly IBucket[];
  /** Where what batches came to is written, below `warm/`. */
  readonly derivatives: IBucket;
  /** MB of the function that draws. */
  readonly memorySize: number;
}

/**
 * Asks for the presets of all pictures of a bucket, so that the first viewer finds them drawn: a Step Functions distributed map over
 * the bucket's listing or an inventory. Its output, or its cause where too many failed, says what was made and what it cost.
 */
export class WarmUp extends Construct {
  readonly stateMachine: StateMachine;
  readonly #props: WarmUpProps;
  readonly #worker: Lambda;

  /** Throws one sentence when a preset is none of the function's. */
  constructor(scope: Construct, id: string, props: WarmUpProps) {
    super(scope, id);
    checkPresets(props);
    this.#props = props;
    this.#worker = this.#asking();
    const logs = new LogGroup(this, "Logs", {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new StateMachine(this, "StateMachine", {
      comment: "Has pictures made before anybody asks for them",
      definitionBody: DefinitionBody.fromChainable(this.#states()),
      tracingEnabled: true,
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    });
    this.#grants();
    const { schedule } = props.warming;
    if (schedule) new Rule(this, "Schedule", { schedule, targets: [new SfnStateMachine(this.stateMachine)] });
  }

  /** The function that asks for a batch, and adds up at the end. */
  #asking(): Lambda {
    const { images } = this.#props;
    const asking = ownFunction(this, "Asking", {
      logs: "AskingLogs",
      logRetention: RetentionDays.ONE_MONTH,
      description: "Asks for pictures that are to be there before viewers do",
      architecture: images.architecture,
      handler: "warm.handler",
      code: images.code,
      environment: images.environment,
      ...(images.environmentKey && { environmentEncryption: images.environmentKey }),
      memorySize: 256,
      timeout: Duration.minutes(15),
    });
    if (images.signing.place) images.signing.grantRead(asking);
    return asking;
  }

  #states() {
    const { warming, images, sources, derivatives, origin, memorySize } = this.#props;
    const { presets, accepts = [BROWSERS], inventoryBucket } = warming;
    return warmStates(this, {
      worker: this.#worker,
      defaults: { bucket: sources[0]?.bucketName ?? "", prefix: "", presets, accepts },
      ...{ origin, inventoryBucket },
      prices: warmPrices(memorySize, architectureName(images.architecture)),
      maxConcurrency: warming.maxConcurrency ?? 10,
      toleratedFailurePercentage: warming.toleratedFailurePercentage ?? 5,
      results: { bucket: derivatives.bucketName, prefix: RESULTS },
    });
  }

  #executions(any: string): string {
    const name = Fn.select(6, Fn.split(":", this.stateMachine.stateMachineArn));
    return Stack.of(this).formatArn({
      service: "states",
      resource: "execution",
      resourceName: `${name}${any}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** The list it reads, and what batches came to. */
  #grants(): void {
    const { sources, derivatives } = this.#props;
    const allow = (grantee: IGrantable, actions: readonly string[], resourceArns: readonly string[]) =>
      Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [...resourceArns] });
    allow(
      this.stateMachine,
      ["s3:ListBucket"],
      sources.map(({ bucketArn }) => bucketArn),
    );
    const results = derivatives.arnForObjects(`${RESULTS}/*`);
    allow(
      this.stateMachine,
      ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"],
      [results],
    );
    allow(this.#worker, ["s3:GetObject"], [results]);
    const { inventoryBucket } = this.#props.warming;
    acknowledgeWarming(this, [
      results,
      `${this.#worker.functionArn}:*`,
      ...[":*", "/*:*"].map((any) => this.#executions(any)),
      ...(inventoryBucket === undefined ? [] : [`arn:${Aws.PARTITION}:s3:::${inventoryBucket}/*`]),
    ]);
    const key = derivatives.encryptionKey?.keyArn;
    if (key === undefined) return;
    allow(this.stateMachine, ["kms:Decrypt", "kms:GenerateDataKey"], [key]);
    allow(this.#worker, ["kms:Decrypt"], [key]);
  }
}

/** Below this prefix of the derivative bucket, which no URL leads to. */
const RESULTS = "warm";
function checkPresets({ warming: { presets }, images: { config } }: WarmUpProps): void {
  const known = [...compileLanguage(config, Date.now()).presets.keys()];
  const stranger = presets.find((name) => !known.includes(name));
  if (presets.length > 0 && stranger === undefined) return;
  throw new Error(
    `warming: expected names of IMGPROXY_PRESETS, which has ${known.join(", ") || "none"}, got "${stranger ?? ""}"`,
  );
}
