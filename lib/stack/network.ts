import { Token } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { CfnFunction, Function as Lambda } from "aws-cdk-lib/aws-lambda";

/** Where in a VPC the function stands. Its subnets need a way to S3: a gateway endpoint, or a NAT. For http sources they need a NAT, and security groups that let TCP 80 and 443 out; what has a private address is no source there unless the environment allows it. */
export interface Network {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

const [MOST_SUBNETS, MOST_GROUPS] = [16, 5];

function checkIds(expected: string, pattern: RegExp, ids: readonly string[]): void {
  const strange = ids.find((id) => !Token.isUnresolved(id) && !pattern.test(id));
  if (strange !== undefined) throw new Error(`network: expected ${expected}, got "${strange}"`);
}

/** Puts the function there. Throws one sentence when Lambda could not. */
export function putInto({ subnetIds, securityGroupIds }: Network, drawing: Lambda, cfn: CfnFunction): void {
  if (subnetIds.length === 0 || securityGroupIds.length === 0) {
    throw new Error(
      `network: expected at least one subnet and one security group, got ${subnetIds.length} and ${securityGroupIds.length}`,
    );
  }
  if (subnetIds.length > MOST_SUBNETS || securityGroupIds.length > MOST_GROUPS) {
    throw new Error(
      `network: expected at most ${MOST_SUBNETS} subnets and ${MOST_GROUPS} security groups, which is what Lambda takes, got ${subnetIds.length} and ${securityGroupIds.length}`,
    );
  }
  checkIds("a subnet such as subnet-0123456789abcdef0", /^subnet-/, subnetIds);
  checkIds("a security group such as sg-0123456789abcdef0", /^sg-/, securityGroupIds);
  cfn.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
  // Lambda makes and removes the interfaces in the function's name; EC2 knows no narrower resource for it.
  const statement = new PolicyStatement({
    actions: [
      "ec2:CreateNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
    ],
    resources: ["*"],
  });
  const granted = drawing.role?.addToPrincipalPolicy(statement);
  if (granted?.policyDependable) cfn.node.addDependency(granted.policyDependable);
}
