import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Why a finding of cdk-nag's AwsSolutions is none here, by its rule. */
const reasons = {
  "AwsSolutions-S1":
    "Only the function and CloudFront reach it, whose logs tell what was asked; logs of its own need a bucket of the account's",
  "AwsSolutions-SMG4":
    "URLs of an old key are served until their owner revokes it: keys are rotated by their owner (npm run keys), not by a clock",
  "AwsSolutions-CFR1": "Pictures are for whoever has a URL that was signed for them",
  "AwsSolutions-CFR2": "Bad signatures are refused at the edge; `webAcl` puts a WAF before it",
  "AwsSolutions-CFR3": "`accessLogs` writes them into a bucket of the account's",
  "AwsSolutions-CFR4":
    "CloudFront's own name comes with CloudFront's own certificate, whose protocols nobody chooses; names of one's own (`domain`) want TLS 1.2",
} as const;

/** Acknowledges findings of rules for what is below `scope`, each with its reason. */
export function acknowledge(scope: IConstruct, ...rules: readonly (keyof typeof reasons)[]): void {
  for (const id of rules) Validations.of(scope).acknowledge({ id, reason: reasons[id] });
}

const anyObject =
  "Any object of the buckets, or below the prefix, that pictures lie in is to be read, and any derivative kept: which ones, viewers say";
const anyResource = "What a VPC's interfaces and X-Ray take knows no narrower resource";

/** Acknowledges that `scope` may reach all these objects, given as ARNs, and, where a VPC or X-Ray wants it, any resource. */
export function acknowledgeGrants(scope: IConstruct, objects: readonly string[]): void {
  for (const arn of objects) {
    const id = `AwsSolutions-IAM5[Resource::${shown(Stack.of(scope).resolve(arn))}]`;
    Validations.of(scope).acknowledge({ id, reason: anyObject });
  }
  Validations.of(scope).acknowledge({ id: "AwsSolutions-IAM5[Resource::*]", reason: anyResource });
}

/** Acknowledges that a warming may reach these, given as ARNs with wildcards: what Step Functions starts, reads and writes. */
export function acknowledgeWarming(scope: IConstruct, resources: readonly string[]): void {
  for (const arn of ["*", ...resources]) {
    const id = `AwsSolutions-IAM5[Resource::${shown(Stack.of(scope).resolve(arn))}]`;
    Validations.of(scope).acknowledge({ id, reason: anyExecution });
  }
}

const anyExecution =
  "Executions of a distributed map, versions of the function it calls, lists it reads and results it writes have names that nobody knows before; logs and traces know no narrower resource";

/** A resolved value as cdk-nag writes it: references in angle brackets. */
function shown(value: unknown): string {
  if (typeof value === "string") return value;
  const { Ref: ref, "Fn::GetAtt": attribute, "Fn::Join": join } = Object(value);
  if (ref !== undefined) return `<${ref}>`;
  if (Array.isArray(attribute)) return `<${attribute.join(".")}>`;
  const parts: unknown = Array.isArray(join) ? join[1] : undefined;
  return Array.isArray(parts) ? parts.map(shown).join("") : JSON.stringify(value);
}
