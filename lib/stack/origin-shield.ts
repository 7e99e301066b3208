import { CfnMapping, Stack, Token } from "aws-cdk-lib";
import type { Construct } from "constructs";

/** Of each region the nearest with an Origin Shield, by CloudFront's own table. */
const nearest: Readonly<Record<string, string>> = {
  "af-south-1": "eu-west-1",
  "ap-east-1": "ap-southeast-1",
  "ap-northeast-1": "ap-northeast-1",
  "ap-northeast-2": "ap-northeast-2",
  "ap-south-1": "ap-south-1",
  "ap-southeast-1": "ap-southeast-1",
  "ap-southeast-2": "ap-southeast-2",
  "ca-central-1": "us-east-1",
  "eu-central-1": "eu-central-1",
  "eu-north-1": "eu-west-2",
  "eu-south-1": "eu-central-1",
  "eu-west-1": "eu-west-1",
  "eu-west-2": "eu-west-2",
  "eu-west-3": "eu-west-2",
  "me-central-1": "me-central-1",
  "me-south-1": "ap-south-1",
  "sa-east-1": "sa-east-1",
  "us-east-1": "us-east-1",
  "us-east-2": "us-east-2",
  "us-west-1": "us-west-2",
  "us-west-2": "us-west-2",
};

/** The region whose Origin Shield is meant; "nearest" is the stack's nearest, looked up when it is deployed where synthesis does not know its region. Throws one sentence when there is none. */
export function originShieldIn(scope: Construct, given: string): string {
  if (given === "nearest") return nearestTo(scope);
  const instead = nearest[given];
  if (Token.isUnresolved(given) || instead === given) return given;
  // Of regions younger than the table CloudFront will know.
  if (instead === undefined && /^[a-z]{2}(-[a-z]+)+-\d$/.test(given)) return given;
  throw new Error(
    instead === undefined
      ? `originShieldRegion: expected a region, or nearest, got "${given}"`
      : `originShieldRegion: ${given} has no Origin Shield, the nearest that has is ${instead}`,
  );
}

function nearestTo(scope: Construct): string {
  const { region } = Stack.of(scope);
  if (!Token.isUnresolved(region)) {
    const found = nearest[region];
    if (found !== undefined) return found;
    throw new Error(`originShieldRegion: the nearest to ${region} is not known, expected a region`);
  }
  const mapping = Object.entries(nearest).map(([from, to]) => [from, { region: to }]);
  return new CfnMapping(scope, "OriginShields", { mapping: Object.fromEntries(mapping) }).findInMap(
    region,
    "region",
  );
}
