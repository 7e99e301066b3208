import { Annotations, Duration, RemovalPolicy, Size } from "aws-cdk-lib";
import { type ILambdaDeploymentConfig, LambdaDeploymentGroup } from "aws-cdk-lib/aws-codedeploy";
import { Key } from "aws-cdk-lib/aws-kms";
import {
  type Alias,
  Architecture,
  CfnFunction,
  type Code,
  Function as Lambda,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { type Config, variables } from "../../lambda/config/variables.ts";
import { type Environment, ownVariables, readEnvironment, unknownVariables } from "../environment.ts";
import { filesIn, shippedPaths } from "../files.ts";
import { functionCode } from "./asset.ts";
import { type CapacityProps, checkCapacity } from "./capacity.ts";
import { type Network, putInto } from "./network.ts";
import { grantReach, warnOfReach } from "./reach.ts";
import { roleFor } from "./role.ts";
import { Signing, type SigningProps } from "./signing.ts";
import { knownAtSynthesis } from "./tokens.ts";

export interface ImageFunctionProps extends CapacityProps, SigningProps {
  /**
   * The variables of `lambda/config/variables.ts`, by name. They stand in the template as they are; keys and salts too, which are better off in a secret (`keys`).
   * Those the edge needs may not be tokens. A file that one names is shipped with the function.
   * Sources are objects of `sourceBuckets`, and pages of the web only where IMGPROXY_ALLOWED_SOURCES lists them.
   *
   * @default - what each variable says for itself
   */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /**
   * The CPU pictures are drawn on, and sharp is bundled for.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture | undefined;
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays | undefined;
  /**
   * What becomes of the logs, when the stack goes.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly logRemovalPolicy?: RemovalPolicy | undefined;
  /**
   * Which finished pictures are kept: those that cost more to draw again than to store, all, or only what is too large
   * to be answered by the function itself.
   *
   * @default "by cost"
   */
  readonly keepDerivatives?: "by cost" | "always" | "never" | undefined;
  /**
   * The VPC the function stands in.
   *
   * @default - none: it reaches S3 and the world by itself
   */
  readonly network?: Network | undefined;
  /**
   * Whether X-Ray follows requests.
   *
   * @default false
   */
  readonly tracing?: boolean | undefined;
  /**
   * How requests go over to a new version of the function, such as LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES.
   *
   * @default - all at once
   */
  readonly rollout?: ILambdaDeploymentConfig | undefined;
  /**
   * ARN of the KMS key the function's variables are encrypted with.
   *
   * @default - Lambda's own
   */
  readonly environmentKey?: string | undefined;
}

/** The function that draws, with its environment and sharp for its CPU. */
export class ImageFunction extends Construct {
  readonly function: Lambda;
  /** What answers: a version of the function, so that the one before can be had back. */
  readonly alias: Alias;
  readonly timeout: Duration;
  /** The keys URLs are signed with. */
  readonly signing: Signing;
  /** What it runs, and what copies its keys to the edge. */
  readonly code: Code;
  readonly architecture: Architecture;
  /** The environment as the function will read it, as far as synthesis knows it. */
  readonly config: Config;
  /** The variables it is given. */
  readonly environment: Environment;

  /** Throws one sentence that names the variable when `environment` holds nonsense, or no keys, and the prop that cannot work. */
  constructor(scope: Construct, id: string, props: ImageFunctionProps = {}) {
    super(scope, id);
    checkCapacity(props);
    const { architecture = Architecture.ARM_64, memorySize = 1769, ephemeralStorage } = props;
    this.signing = new Signing(this, "Signing", props.environment ?? {}, props);
    const environment = {
      ...keeping[props.keepDerivatives ?? "by cost"],
      ...this.signing.environment,
      ...props.environment,
    };
    this.timeout = props.timeout ?? Duration.seconds(20);
    this.config = readEnvironment(knownAtSynthesis(environment));
    if (props.unsigned && this.config.keys.length === 0) {
      Annotations.of(this).addWarningV2(
        "shutterspeed:unsigned",
        "IMGPROXY_KEY and IMGPROXY_SALT are unset: any picture is drawn in any size for whoever asks",
      );
    }
    for (const sentence of unknownVariables(environment)) {
      Annotations.of(this).addWarningV2(`shutterspeed:${sentence.split(":", 1)[0]}`, sentence);
    }

    const files = filesIn(environment);
    this.architecture = architecture;
    this.code = functionCode(this, architecture, files);
    const logGroup = new LogGroup(this, "Logs", {
      retention: props.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: props.logRemovalPolicy ?? RemovalPolicy.DESTROY,
    });
    const role = roleFor(this, logGroup);
    this.environment = { ...ownVariables, ...environment, ...shippedPaths(files) };
    this.function = new Lambda(this, "Function", {
      role,
      description: "Draws pictures as imgproxy URLs ask",
      runtime: Runtime.NODEJS_24_X,
      architecture,
      handler: "handler.handler",
      code: this.code,
      memorySize,
      timeout: this.timeout,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      environment: this.environment,
      ...(props.environmentKey && {
        environmentEncryption: Key.fromKeyArn(this, "EnvironmentKey", props.environmentKey),
      }),
      ...(ephemeralStorage !== undefined && { ephemeralStorageSize: Size.mebibytes(ephemeralStorage) }),
      ...(props.tracing && { tracing: Tracing.ACTIVE }),
      // A version that answered once can be had back.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      loggingFormat: LoggingFormat.JSON,
      logGroup,
    });
    if (this.signing.place) this.signing.grantRead(this.function);
    warnOfReach(this, this.config, props.network !== undefined);
    grantReach(this, this.function, this.config);
    const { defaultChild } = this.function.node;
    if (props.network && defaultChild instanceof CfnFunction)
      putInto(props.network, this.function, defaultChild);
    this.alias = this.#answering(props);
  }

  #answering({ provisionedConcurrency = 0, rollout }: ImageFunctionProps): Alias {
    const alias = this.function.addAlias("live", {
      ...(provisionedConcurrency > 0 && { provisionedConcurrentExecutions: provisionedConcurrency }),
    });
    if (rollout) new LambdaDeploymentGroup(this, "Rollout", { alias, deploymentConfig: rollout });
    return alias;
  }
}

/** What is said of keeping in the function's own words: from how many ms of drawing on. */
const keeping = {
  "by cost": {},
  always: { [variables.keepAfter.name]: "0" },
  never: { [variables.keepAfter.name]: String(Number.MAX_SAFE_INTEGER) },
} as const;
