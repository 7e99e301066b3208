import { Token } from "aws-cdk-lib";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { Bucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { type Config, variables } from "../../lambda/config/variables.ts";
import { objectIn } from "../../lambda/url/identity.ts";
import type { Environment } from "../environment.ts";
import { acknowledgeGrants } from "./acknowledged.ts";

/** A role that sources are read with. */
export interface AssumedRole {
  readonly arn: string;
  /**
   * What the role asks to be told by whoever assumes it.
   *
   * @default - nothing
   */
  readonly externalId?: string | undefined;
}

/** The environment with the role in it. Throws one sentence when it says another one, or the ARN is none. */
export function withRole(environment: Environment, role: AssumedRole | undefined): Environment {
  if (role === undefined) return environment;
  const { name, read, expects } = variables.s3AssumeRoleArn;
  if (environment[name] !== undefined)
    throw new Error(`assumedRole: expected it in one place, got also ${name}`);
  if (!Token.isUnresolved(role.arn) && read(role.arn) === undefined)
    throw new Error(`assumedRole: expected ${expects}, got "${role.arn}"`);
  const { externalId } = role;
  return {
    ...environment,
    [name]: role.arn,
    ...(externalId !== undefined && { [variables.s3AssumeRoleExternalId.name]: externalId }),
  };
}

/** Lets `grantee` read what variables name: by the role where there is one, else access points, the watermark and the fallback image. */
export function grantSources(scope: Construct, grantee: IGrantable, config: Config): void {
  const allow = (actions: readonly string[], arn: string) =>
    Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [arn] });
  if (config.s3AssumeRoleArn !== "") {
    allow(["sts:AssumeRole"], config.s3AssumeRoleArn);
    return;
  }
  for (const { arn } of config.s3AccessPoints) {
    const objects = `${arn}/object/*`;
    allow(reading, objects);
    allow(["s3:ListBucket"], arn);
    acknowledgeGrants(scope, [objects]);
  }
  for (const { id, bucket, key } of ownObjects(config))
    allow(reading, Bucket.fromBucketName(scope, id, bucket).arnForObjects(key));
}

/** Objects that the environment itself names, a watermark and a fallback image: they may lie in buckets that no picture lies in. */
export const ownObjects = ({ watermarkUrl, fallbackUrl, sourceQuerySeparator }: Config) =>
  Object.entries({ Watermark: watermarkUrl, Fallback: fallbackUrl }).flatMap(([id, url]) => {
    const named = objectIn(url, sourceQuerySeparator);
    return named?.scheme === "s3" ? [{ id, ...named }] : [];
  });

const reading = ["s3:GetObject", "s3:GetObjectVersion"];
