import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** Who a function is: it may write its own logs, and nothing that nobody grants it. AWS's managed policy allows every log group. */
export function roleFor(scope: Construct, logGroup: ILogGroup): Role {
  const role = new Role(scope, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  logGroup.grantWrite(role);
  return role;
}
