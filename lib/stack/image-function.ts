import { Annotations, Duration, RemovalPolicy } from "aws-cdk-lib";
import { Grant } from "aws-cdk-lib/aws-iam";
import { Architecture, Function as Lambda, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { Config } from "../../lambda/config/variables.ts";
import { objectIn } from "../../lambda/url/identity.ts";
import { ownVariables, readEnvironment, unknownVariables } from "../environment.ts";
import { filesIn, shippedPaths } from "../files.ts";
import { functionCode } from "./asset.ts";
import { knownAtSynthesis } from "./tokens.ts";

export interface ImageFunctionProps {
  /**
   * The variables of `lambda/config/variables.ts`, by name. They stand in the template as they are, keys and salts too.
   * Those the edge needs may not be tokens. A file that one names is shipped with the function.
   *
   * @default - what each variable says for itself
   */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether a function without keys may be made, which draws any picture in any size for whoever asks.
   *
   * @default false
   */
  readonly unsigned?: boolean | undefined;
  /**
   * The CPU pictures are drawn on, and sharp is bundled for.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture | undefined;
  /**
   * MB. CPU comes with it: 1769 MB is one vCPU, and one picture seldom uses two.
   *
   * @default 1769
   */
  readonly memorySize?: number | undefined;
  /**
   * When AWS kills a request. The answer leaves before: every deadline counts back from here.
   *
   * @default Duration.seconds(20)
   */
  readonly timeout?: Duration | undefined;
  /**
   * How many pictures may be drawn at once.
   *
   * @default - what the account has left
   */
  readonly reservedConcurrency?: number | undefined;
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays | undefined;
}

/** The function that draws, with its environment and sharp for its CPU. */
export class ImageFunction extends Construct {
  readonly function: Lambda;
  readonly timeout: Duration;
  /** The environment as the function will read it, as far as synthesis knows it. */
  readonly config: Config;

  /** Throws one sentence that names the variable when `environment` holds nonsense, or no keys. */
  constructor(scope: Construct, id: string, props: ImageFunctionProps = {}) {
    super(scope, id);
    const { architecture = Architecture.ARM_64, memorySize = 1769 } = props;
    const { environment = {} } = props;
    this.timeout = props.timeout ?? Duration.seconds(20);
    this.config = readEnvironment(knownAtSynthesis(environment));
    if (this.config.keys.length === 0) {
      if (!props.unsigned) throw new Error(withoutKeys);
      Annotations.of(this).addWarningV2(
        "shutterspeed:unsigned",
        "IMGPROXY_KEY and IMGPROXY_SALT are unset: any picture is drawn in any size for whoever asks",
      );
    }
    for (const sentence of unknownVariables(environment)) {
      Annotations.of(this).addWarningV2(`shutterspeed:${sentence.split(":", 1)[0]}`, sentence);
    }

    const files = filesIn(environment);
    this.function = new Lambda(this, "Function", {
      description: "Draws pictures as imgproxy URLs ask",
      runtime: Runtime.NODEJS_24_X,
      architecture,
      handler: "handler.handler",
      code: functionCode(this, architecture, files),
      memorySize,
      timeout: this.timeout,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      environment: { ...ownVariables, ...environment, ...shippedPaths(files) },
      loggingFormat: LoggingFormat.JSON,
      logGroup: new LogGroup(this, "Logs", {
        retention: props.logRetention ?? RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
    this.#grantReadWatermark();
  }

  /** The watermark may lie in a bucket that no picture lies in. */
  #grantReadWatermark(): void {
    const named = objectIn(this.config.watermarkUrl, this.config.sourceQuerySeparator);
    if (named?.scheme !== "s3") return;
    Grant.addToPrincipal({
      grantee: this.function,
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resourceArns: [Bucket.fromBucketName(this, "Watermark", named.bucket).arnForObjects(named.key)],
    });
  }
}

const withoutKeys =
  "IMGPROXY_KEY and IMGPROXY_SALT: expected both, for without them any picture is drawn in any size for whoever asks; to have that, say unsigned=true (cdk: -c unsigned=true)";
