import { RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type FunctionProps, Function as Lambda, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { type ILogGroup, LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** What a function of the stack is, beside what all of them are. */
export interface OwnFunctionProps
  extends Omit<
    FunctionProps,
    "runtime" | "role" | "loggingFormat" | "logGroup" | "logRetention" | "logRemovalPolicy"
  > {
  /** Id of its log group. @default "Logs" */
  readonly logs?: string | undefined;
  /** @default RetentionDays.ONE_WEEK */
  readonly logRetention?: RetentionDays | undefined;
  /** @default RemovalPolicy.DESTROY */
  readonly logRemovalPolicy?: RemovalPolicy | undefined;
}

/** A function with logs of its own, in JSON, and a role of its own, `Role` of `scope`. */
export function ownFunction(
  scope: Construct,
  id: string,
  { logs = "Logs", logRetention, logRemovalPolicy, ...props }: OwnFunctionProps,
): Lambda {
  const logGroup = new LogGroup(scope, logs, {
    retention: logRetention ?? RetentionDays.ONE_WEEK,
    removalPolicy: logRemovalPolicy ?? RemovalPolicy.DESTROY,
  });
  return new Lambda(scope, id, {
    runtime: Runtime.NODEJS_24_X,
    role: roleFor(scope, logGroup),
    loggingFormat: LoggingFormat.JSON,
    logGroup,
    ...props,
  });
}

/** Who a function is: it may write its own logs, and nothing that nobody grants it. AWS's managed policy allows every log group. */
function roleFor(scope: Construct, logGroup: ILogGroup): Role {
  const role = new Role(scope, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  logGroup.grantWrite(role);
  return role;
}
