import { Token } from "aws-cdk-lib";
import type { Variable } from "../../lambda/config/kinds.ts";
import { variables } from "../../lambda/config/variables.ts";
import type { Environment } from "../environment.ts";

/** What the edge knows of the function's variables beside those its keys depend on. */
const atTheEdge: readonly string[] = [
  variables.keys.name,
  variables.salts.name,
  variables.signatureSize.name,
  variables.trustedSignatures.name,
  variables.secret.name,
  variables.pathPrefix.name,
  variables.healthCheckPath.name,
  variables.clientHintsWidths.name,
  variables.clientHintsDprs.name,
];
const keyed = Object.values<Variable>(variables).filter((variable) => variable.keyed);
const neededAtSynthesis: ReadonlySet<string> = new Set([...atTheEdge, ...keyed.map(({ name }) => name)]);

/**
 * The variables without those whose values CloudFormation alone will know, such as the name of a bucket it makes.
 * Throws one sentence when the edge cannot do without one: it would compute other keys than the function.
 */
export function knownAtSynthesis(environment: Environment): Environment {
  const isKnown = ([name, value]: readonly [string, string]) => {
    if (!Token.isUnresolved(value)) return true;
    if (!neededAtSynthesis.has(name)) return false;
    throw new Error(
      `${name}: expected a value that is known at synthesis, for the edge is made with it, got a token`,
    );
  };
  return Object.fromEntries(Object.entries(environment).filter(isKnown));
}

/** What CloudFormation alone will know is taken to be so long: a bucket's name, an ARN, whatever else. */
const likely: Readonly<Record<string, number>> = {
  [variables.derivativesBucket.name]: 63,
  [variables.keysSecret.name]: 160,
};
const OTHERWISE = 64;

/** The variables with something as long as may come in place of what CloudFormation alone will know. */
export const withStandIns = (environment: Environment): Environment =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      Token.isUnresolved(value) ? "x".repeat(likely[name] ?? OTHERWISE) : value,
    ]),
  );
