import { Tokenization } from "aws-cdk-lib";
import type { Variable } from "../../lambda/config/kinds.ts";
import { variables } from "../../lambda/config/variables.ts";
import type { Environment } from "../environment.ts";
import { isOurs } from "../settings.ts";

type Known = (typeof variables)[keyof typeof variables];

/** Those that the stack, or Lambda, sets by itself. */
const notGiven = [
  variables.keysSecret.name,
  variables.keysParameter.name,
  variables.derivativesBucket.name,
  variables.memorySize.name,
  variables.functionName.name,
] as const;
type NotGiven = (typeof notGiven)[number];

/**
 * The function's variables by name, each as what it is: numbers, true and false, lists, or the text imgproxy would read. In a
 * literal a name that is none, or a value of another kind, does not compile; a map of text, such as one made of `process.env`,
 * is taken and read at synthesis.
 */
export type Variables = {
  readonly [V in Exclude<Known, { readonly name: NotGiven }> as V["name"]]?:
    | NonNullable<V["given"]>
    | undefined;
};

/** What stands in for `keys` and others. */
const insteadOf: Readonly<Record<NotGiven, string>> = {
  [variables.keysSecret.name]: "set by the stack: say `keys`",
  [variables.keysParameter.name]: "set by the stack: say `keys`",
  [variables.derivativesBucket.name]: "set by the stack",
  [variables.memorySize.name]: "set by Lambda: say `memorySize`",
  [variables.functionName.name]: "set by Lambda",
};

/** Variables as text, as the function reads them. Throws one sentence when one is not for a deployment to say, or cannot be written. */
export function variablesAsText(given: Variables = {}): Environment {
  const entries = Object.entries<unknown>(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [checked(name), asText(name, value)]));
}

function checked(name: string): string {
  const instead = Object.entries(insteadOf).find(([own]) => own === name)?.[1];
  if (instead !== undefined) throw new Error(`${name}: ${instead}`);
  if (isOurs(name)) return name;
  throw new Error(
    `environment: expected names that begin with IMGPROXY_ or SHUTTERSPEED_, got "${name}"; others are put in by the function's own addEnvironment`,
  );
}

/** A value as its variable reads it: lists by commas, pairs by semicolons. */
export function asText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return Tokenization.stringifyNumber(value);
  if (typeof value === "boolean") return String(value);
  const separator = pairwise.has(name) ? ";" : ",";
  const parts = Array.isArray(value) ? value.map(partText) : Object.entries(Object(value)).map(pairText);
  if (value === null || parts.includes(undefined)) throw new Error(`${name}: ${expected(name)}`);
  const split = parts.find((part) => part?.includes(separator));
  if (split === undefined) return parts.join(separator);
  throw new Error(`${name}: expected nothing with a "${separator}" in a list, got "${split}"`);
}

const partText = (part: unknown) =>
  typeof part === "object" && part !== null ? pairText(Object.values(part)) : pairText([part]);

/** Words with an equals sign between; `undefined` when one is no word. */
const pairText = (words: readonly unknown[]): string | undefined =>
  words.every((word) => ["string", "number"].includes(typeof word)) ? words.join("=") : undefined;

/** Variables whose parts are pairs, which may hold commas. */
const pairwise: ReadonlySet<string> = new Set([
  variables.urlReplacements.name,
  variables.s3AccessPoints.name,
]);

const expected = (name: string) =>
  `expected ${Object.values<Variable>(variables).find((variable) => variable.name === name)?.expects ?? "text"}`;
