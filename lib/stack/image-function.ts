import { Annotations, Duration, RemovalPolicy, Size, Token } from "aws-cdk-lib";
import { type ILambdaDeploymentConfig, LambdaDeploymentGroup } from "aws-cdk-lib/aws-codedeploy";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import {
  type Alias,
  Architecture,
  CfnFunction,
  type Code,
  type Function as Lambda,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { type Config, variables } from "../../lambda/config/variables.ts";
import { keepAfter } from "../capacity/keeping.ts";
import {
  ALIAS,
  assertFits,
  type Environment,
  ownVariables,
  readEnvironment,
  unknownVariables,
} from "../environment.ts";
import { filesIn, shippedPaths } from "../files.ts";
import { acknowledge, acknowledgeAnyResource } from "./acknowledged.ts";
import { architectureName } from "./architecture.ts";
import { functionCode } from "./asset.ts";
import { type CapacityProps, checkCapacity } from "./capacity.ts";
import { ownKeyArn } from "./encryption-key.ts";
import { type Network, putInto } from "./network.ts";
import { ownFunction } from "./own-function.ts";
import { warnOfReach, withReach } from "./reach.ts";
import { Signing, type SigningProps } from "./signing.ts";
import { type AssumedRole, grantSources, withRole } from "./source-grants.ts";
import { KEEP_FOR, type StorageProps } from "./storage.ts";
import { knownAtSynthesis, withStandIns } from "./tokens.ts";
import { type Variables, variablesAsText } from "./variables.ts";

export interface ImageFunctionProps extends CapacityProps, SigningProps {
  /**
   * The variables of `lambda/config/variables.ts`, by name. They stand in the template as they are; keys and salts too, which are better off in a secret (`keys`).
   * Those the edge needs may not be tokens. A file that one names is shipped with the function.
   * Sources are objects of `sourceBuckets`, and pages of the web only where IMGPROXY_ALLOWED_SOURCES lists them.
   *
   * @default - what each variable says for itself
   */
  readonly environment?: Variables | undefined;
  /**
   * The CPU pictures are drawn on, and sharp is bundled for.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture | undefined;
  /**
   * The role sources are read with, in place of the function's own: of another account, say. It has to let the function's role
   * (output `RoleArn`) assume it. Derivatives are kept with the function's own.
   *
   * @default - the function's own
   */
  readonly assumedRole?: AssumedRole | undefined;
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays | undefined;
  /**
   * What becomes of the logs, when the stack goes.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly logRemovalPolicy?: RemovalPolicy | undefined;
  /**
   * Which finished pictures are kept: those that cost more to draw again than to store (by list prices, `lib/capacity/keeping.ts`),
   * all, or only what is too large to be answered by the function itself.
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
   * Whether answers are streamed: pictures of up to 200 MB then go out without a redirect. Off, because small pictures, nearly all
   * that is asked for, come as fast either way, and large ones come ten times as fast, for a tenth, from the derivative bucket. On
   * for clients that follow no redirect. How far it reaches is a matter of `timeout`: 20 s are enough for 35 MB, 110 s for 200 MB;
   * what cannot leave in time is kept and redirected to. The arithmetic is in `lambda/README.md`.
   *
   * @default false
   */
  readonly responseStreaming?: boolean | undefined;
  /**
   * How requests go over to a new version of the function, such as LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES.
   * They go back when its alarms ring for server errors, or for processes that die.
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

/** With what the function is told of the buckets it reads, and keeps pictures in. */
interface InBuckets extends ImageFunctionProps, Pick<StorageProps, "keepDerivativesFor"> {
  /** @default - any that a grant lets it read */
  readonly sources?: readonly IBucket[] | undefined;
  /** @default - nothing is kept */
  readonly derivatives?: IBucket | undefined;
}

/** The function that draws, with its environment and sharp for its CPU. */
export class ImageFunction extends Construct {
  readonly function: Lambda;
  /** What answers: a version of the function, so that the one before can be had back. */
  readonly alias: Alias;
  /** What leads requests over to a new version bit by bit; `undefined` where they go at once. */
  readonly rollout: LambdaDeploymentGroup | undefined;
  readonly timeout: Duration;
  /** The keys URLs are signed with. */
  readonly signing: Signing;
  /** What it runs, and what copies its keys to the edge. */
  readonly code: Code;
  readonly architecture: Architecture;
  /** Whether the edge is to verify signatures: there are keys, and nothing speaks against it. */
  readonly verifiedAtEdge: boolean;
  /** MB */
  readonly memorySize: number;
  /** The environment as the function will read it, as far as synthesis knows it. */
  readonly config: Config;
  /** The variables it is given. */
  readonly environment: Environment;
  /** What they are encrypted with, wherever they are given; `undefined` is Lambda's own key. */
  readonly environmentKey: IKey | undefined;

  /** Throws one sentence that names the variable when `environment` holds nonsense, or no keys, and the prop that cannot work. */
  constructor(scope: Construct, id: string, props: InBuckets = {}) {
    super(scope, id);
    checkCapacity(props);
    const { architecture = Architecture.ARM_64, memorySize = 1769, ephemeralStorage } = props;
    const asked = environmentOf(props);
    this.signing = new Signing(this, "Signing", asked, props);
    const given = {
      ...keeping({ ...props, architecture, memorySize }),
      ...(props.responseStreaming && { [variables.responseStreaming.name]: "true" }),
      ...this.signing.environment,
      ...asked,
      ...(props.derivatives && { [variables.derivativesBucket.name]: props.derivatives.bucketName }),
    };
    this.timeout = props.timeout ?? Duration.seconds(20);
    const known = readEnvironment(knownAtSynthesis(given));
    const signed = this.signing.place !== undefined;
    const { edgeVerification = !known.developmentErrorsMode } = props;
    this.verifiedAtEdge = signed && edgeVerification;
    const environment = {
      ...given,
      ...(signed && !edgeVerification && this.signing.digest(known, props)),
    };
    this.config = readEnvironment(knownAtSynthesis(environment));
    if (props.unsigned) {
      Annotations.of(this).addWarningV2(
        "shutterspeed:unsigned",
        "unsigned: any picture is drawn in any size for whoever asks",
      );
    }
    if (props.network && this.config.responseStreaming) {
      Annotations.of(this).addWarningV2(
        "shutterspeed:responseStreaming",
        "responseStreaming and network: AWS says that function URLs do not stream within a VPC; try it before you rely on it",
      );
    }
    for (const sentence of unknownVariables(environment)) {
      Annotations.of(this).addWarningV2(`shutterspeed:${sentence.split(":", 1)[0]}`, sentence);
    }

    const files = filesIn(environment);
    assertFits(withStandIns({ ...environment, ...shippedPaths(files) }));
    this.architecture = architecture;
    this.memorySize = memorySize;
    this.code = functionCode(this, architecture, files);
    this.environment = { ...ownVariables, ...environment, ...shippedPaths(files) };
    this.environmentKey = props.environmentKey ? this.#keyOf(props.environmentKey) : undefined;
    this.function = ownFunction(this, "Function", {
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      logRemovalPolicy: props.logRemovalPolicy,
      description: "Draws pictures as imgproxy URLs ask",
      architecture,
      handler: "handler.handler",
      code: this.code,
      memorySize,
      timeout: this.timeout,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      environment: this.environment,
      ...(this.environmentKey && { environmentEncryption: this.environmentKey }),
      ...(ephemeralStorage !== undefined && { ephemeralStorageSize: Size.mebibytes(ephemeralStorage) }),
      ...(props.tracing && { tracing: Tracing.ACTIVE }),
      // A version that answered once can be had back.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    if (this.signing.place) this.signing.grantRead(this.function);
    warnOfReach(this, this.config, props.network !== undefined);
    grantSources(this, this.function, this.config);
    if (props.network || props.tracing) acknowledgeAnyResource(this);
    const { defaultChild } = this.function.node;
    if (props.network && defaultChild instanceof CfnFunction)
      putInto(props.network, this.function, defaultChild);
    this.alias = this.#answering(props);
    const { rollout: deploymentConfig } = props;
    this.rollout =
      deploymentConfig && new LambdaDeploymentGroup(this, "Rollout", { alias: this.alias, deploymentConfig });
    if (this.rollout)
      acknowledge(
        this.rollout,
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]",
      );
  }

  #keyOf(environmentKey: string): IKey {
    return Key.fromKeyArn(this, "EnvironmentKey", ownKeyArn(this, "environmentKey", environmentKey));
  }

  #answering({ provisionedConcurrency = 0 }: ImageFunctionProps): Alias {
    // What streams and what does not cannot answer under one URL: going over to the other is going over to another alias.
    return this.function.addAlias(this.config.responseStreaming ? "streaming" : ALIAS, {
      ...(provisionedConcurrency > 0 && { provisionedConcurrentExecutions: provisionedConcurrency }),
    });
  }
}

/** What somebody asked for, with the role and the buckets of other props in it. */
function environmentOf({ environment, assumedRole, sources }: InBuckets): Environment {
  const asked = withRole(variablesAsText(environment), assumedRole);
  if (sources === undefined) return asked;
  return withReach(
    asked,
    sources.map(({ bucketName }) => bucketName),
  );
}

/** From how many ms of drawing on a picture is kept, in the function's own words. */
function keeping({
  keepDerivatives = "by cost",
  ...props
}: InBuckets & { readonly architecture: Architecture; readonly memorySize: number }): Environment {
  const { memorySize: memory, keepDerivativesFor = KEEP_FOR } = props;
  const architecture = architectureName(props.architecture);
  const from = {
    "by cost": Token.isUnresolved(memory)
      ? variables.keepAfter.default
      : keepAfter({ memory, architecture, days: keepDerivativesFor.toDays() }),
    always: 0,
    never: Number.MAX_SAFE_INTEGER,
  } as const;
  return { [variables.keepAfter.name]: String(from[keepDerivatives]) };
}
