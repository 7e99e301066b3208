import { Stack, Token } from "aws-cdk-lib";
import type { Construct } from "constructs";

/** The ARN of a KMS key, as it is. Throws one sentence that begins with `name` when it is none. */
export function keyArn(name: string, arn: string): string {
  if (Token.isUnresolved(arn) || pattern.test(arn)) return arn;
  throw new Error(`${name}: expected the ARN of a KMS key, not of an alias, got "${arn}"`);
}

/** The same of a key that encrypts what lies in the stack. Throws one sentence when it is of another region. */
export function ownKeyArn(scope: Construct, name: string, arn: string): string {
  const [, region] = pattern.exec(keyArn(name, arn)) ?? [];
  const here = Stack.of(scope).region;
  if (region === undefined || region === here || Token.isUnresolved(here)) return arn;
  throw new Error(`${name}: expected a key in ${here}, where the stack is, got one in ${region}`);
}

const pattern = /^arn:[\w-]+:kms:([\w-]+):\d{12}:key\/.+/;
