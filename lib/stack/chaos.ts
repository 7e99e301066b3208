import { Duration, RemovalPolicy, Stack, Token } from "aws-cdk-lib";
import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { CfnExperimentTemplate } from "aws-cdk-lib/aws-fis";
import { Grant, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LayerVersion } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import { acknowledgeChaos } from "./acknowledged.ts";
import { architectureName } from "./architecture.ts";
import { type Action, actionsOf } from "./chaos-actions.ts";
import type { ImageFunction } from "./image-function.ts";
import type { Network } from "./network.ts";
import { PrivateBucket } from "./storage.ts";

/** How much is broken, for how long, and what ends it. */
export interface ChaosProps {
  /** % of the invocations that go wrong, from 1 to 100. @default 10 */
  readonly percentage?: number | undefined;
  /** How long each fault lasts, from a minute to twelve hours. @default Duration.minutes(5) */
  readonly duration?: Duration | undefined;
  /** ARN of an alarm that ends the experiment. @default - the stack's own for `serverErrors`; without either there is no experiment */
  readonly stopAlarm?: string | undefined;
}

/**
 * An experiment of AWS FIS that breaks what the drills break, on the real account, until an alarm rings; whoever may start it does
 * (`aws fis start-experiment`). It puts FIS's extension into the function, which starts later for it.
 */
export class Chaos extends Construct {
  /** What is started. */
  readonly templateId: string;

  /** Throws one sentence when nothing would stop it, or a prop cannot be. */
  constructor(
    scope: Construct,
    id: string,
    props: ChaosProps & {
      readonly images: ImageFunction;
      readonly network: Network | undefined;
      readonly alarm: IAlarm | undefined;
    },
  ) {
    super(scope, id);
    const { images, network, percentage = 10, duration = Duration.minutes(5) } = props;
    const stopAlarm = stoppedBy(props.stopAlarm ?? props.alarm?.alarmArn);
    check(percentage, duration);
    if (images.config.responseStreaming) {
      throw new Error(
        "chaos: expected responseStreaming off, for the extension of AWS FIS keeps answers from being streamed",
      );
    }
    const faults = this.#faultsOf(images);
    const actions = actionsOf({
      percentage,
      duration,
      timeout: images.timeout,
      network: network !== undefined,
    });
    const template = new CfnExperimentTemplate(this, "Experiment", {
      description: "The drills on the real function: each fault in its turn, until the alarm rings",
      roleArn: this.#role(images, faults, network !== undefined).roleArn,
      stopConditions: [{ source: "aws:cloudwatch:alarm", value: stopAlarm }],
      targets: this.#targets(images, network),
      actions: Object.fromEntries(Object.entries(actions).map(inTurn)),
      experimentOptions: { emptyTargetResolutionMode: "fail" },
      tags: { Name: `${Stack.of(this).stackName}: drills` },
    });
    this.templateId = template.attrId;
  }

  /** Where FIS puts what is to go wrong, and its extension in the function looks. FIS takes it out again. */
  #faultsOf({ function: own, architecture }: ImageFunction): IBucket {
    const faults = new PrivateBucket(this, "Faults", {
      removalPolicy: RemovalPolicy.DESTROY,
      lifecycleRules: [{ expiration: Duration.days(1) }],
    });
    const layer = `/aws/service/fis/lambda-extension/AWS-FIS-extension-${architectureName(architecture)}/1.x.x`;
    const arn = StringParameter.valueForStringParameter(this, layer);
    own.addLayers(LayerVersion.fromLayerVersionArn(this, "Extension", arn));
    own.addEnvironment("AWS_LAMBDA_EXEC_WRAPPER", "/opt/aws-fis/bootstrap");
    own.addEnvironment("AWS_FIS_CONFIGURATION_LOCATION", faults.arnForObjects(FOLDER));
    Grant.addToPrincipal({
      grantee: own,
      actions: ["s3:ListBucket"],
      resourceArns: [faults.bucketArn],
      conditions: { StringLike: { "s3:prefix": [`${FOLDER}*`] } },
    });
    const objects = [faults.arnForObjects(`${FOLDER}*`)];
    Grant.addToPrincipal({ grantee: own, actions: ["s3:GetObject"], resourceArns: objects });
    return faults;
  }

  #role(images: ImageFunction, faults: IBucket, overNetwork: boolean): Role {
    // Else experiments of other accounts might be run with it.
    const conditions = { StringEquals: { "aws:SourceAccount": Stack.of(this).account } };
    const assumedBy = new ServicePrincipal("fis.amazonaws.com", { conditions });
    const role = new Role(this, "Role", { assumedBy });
    const may = (actions: string[], ...resources: string[]) =>
      role.addToPolicy(new PolicyStatement({ actions, resources }));
    const { function: own } = images;
    may(["lambda:GetFunction"], own.functionArn, `${own.functionArn}:*`);
    may(["s3:PutObject", "s3:DeleteObject"], faults.arnForObjects(`${FOLDER}*`));
    may(["tag:GetResources"], "*");
    if (overNetwork) {
      const name = "service-role/AWSFaultInjectionSimulatorNetworkAccess";
      role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName(name));
    }
    acknowledgeChaos(this, images, own.functionArn, faults.arnForObjects(`${FOLDER}*`));
    return role;
  }

  #targets({ function: own }: ImageFunction, network: Network | undefined) {
    const all = { selectionMode: "ALL" };
    const { formatArn } = Stack.of(this);
    const subnets = (network?.subnetIds ?? []).map((resourceName) =>
      formatArn.call(Stack.of(this), { service: "ec2", resource: "subnet", resourceName }),
    );
    return {
      Function: { ...all, resourceType: "aws:lambda:function", resourceArns: [own.functionArn] },
      ...(network && { Subnets: { ...all, resourceType: "aws:ec2:subnet", resourceArns: subnets } }),
    };
  }
}

/** In the bucket. */
const FOLDER = "FisConfigs/";

/** One after the other: together nobody could tell which fault did what. */
const inTurn = ([name, action]: readonly [string, Action], nth: number, all: readonly [string, Action][]) => {
  const before = all[nth - 1]?.[0];
  return [name, { ...action, ...(before !== undefined && { startAfter: [before] }) }] as const;
};

function stoppedBy(arn: string | undefined): string {
  if (arn === undefined) {
    throw new Error(
      "chaos: expected an alarm that ends the experiment, the stack's own (`alarms`) or another one (`stopAlarm`), got none",
    );
  }
  if (Token.isUnresolved(arn) || /^arn:[\w-]+:cloudwatch:[\w-]+:\d{12}:alarm:.+/.test(arn)) return arn;
  throw new Error(`chaos.stopAlarm: expected the ARN of a CloudWatch alarm, got "${arn}"`);
}

function check(percentage: number, duration: Duration): void {
  if (!Number.isInteger(percentage) || percentage < 1 || percentage > 100) {
    throw new Error(`chaos.percentage: expected an integer from 1 to 100, got ${percentage}`);
  }
  const minutes = duration.toMinutes({ integral: false });
  if (minutes >= 1 && minutes <= 720) return;
  throw new Error(`chaos.duration: expected from a minute to twelve hours, got ${minutes} minutes`);
}
