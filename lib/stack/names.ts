import { Names, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";

/** Characters that CloudFront gives a name. */
const MOST = 64;
/** Characters of the longest name of a region, with what stands before it. */
const REGION = 16;

/** A name of what CloudFront names once for a whole account: of the stack and its region, so that both may be there twice. */
export function accountWideName(scope: Construct, what: string): string {
  const ours = Names.uniqueResourceName(scope, {
    maxLength: MOST - REGION - what.length - 1,
    separator: "-",
  });
  return `${ours}-${what}-${Stack.of(scope).region}`;
}
