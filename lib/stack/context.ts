import { Duration } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import type { Environment } from "../environment.ts";
import { integerIn, isOurs } from "../settings.ts";
import { didYouMean } from "../spelling.ts";
import type { ImageStackProps } from "./image-stack.ts";

/** What `cdk.json` and `-c name=value` say. */
export type Context = Readonly<Record<string, unknown>>;

const names = [
  "stack",
  "sourceBuckets",
  "newSourceBucket",
  "keepDerivativesDays",
  "environment",
  "unsigned",
  "architecture",
  "memory",
  "timeout",
  "reservedConcurrency",
  "domainNames",
  "certificate",
] as const;
type Name = (typeof names)[number];

/** What to deploy, as the context says it. Throws one sentence when the context makes no sense. */
export function settingsOf(context: Context): ImageStackProps & { readonly stack: string } {
  for (const name of Object.keys(context)) checkName(name);
  const truth = { true: true, false: false };
  return {
    stack: text(context, "stack") || "Shutterspeed",
    sourceBuckets: sources(words(context, "sourceBuckets"), choice(context, "newSourceBucket", truth)),
    keepDerivativesFor: amount(context, "keepDerivativesDays", 1, 3650, Duration.days),
    environment: environmentOf(context),
    unsigned: choice(context, "unsigned", truth),
    architecture: choice(context, "architecture", {
      arm64: Architecture.ARM_64,
      x86_64: Architecture.X86_64,
    }),
    memorySize: amount(context, "memory", 128, 10_240, Number),
    timeout: amount(context, "timeout", 1, 900, Duration.seconds),
    reservedConcurrency: amount(context, "reservedConcurrency", 0, 100_000, Number),
    domain: domain(words(context, "domainNames"), text(context, "certificate")),
  };
}

/** Names the CDK says something under: its own, what it looked up, and two of its command line. */
const isOfTheCdk = (name: string) =>
  /[:@/]/.test(name) || name === "cli-telemetry" || name === "acknowledged-issue-numbers";

function checkName(name: string): void {
  if (isOfTheCdk(name) || names.some((known) => known === name)) return;
  throw new Error(
    `${name}: not a setting we know${didYouMean(name, names, `; they are ${names.join(", ")}`)}`,
  );
}

/** Nothing at all is no answer: a deployment that forgot the buckets of the one before would take the function's access away. */
function sources(named: readonly string[], make = false): readonly string[] {
  if (named.length > 0 !== make) return named;
  throw new Error(
    make
      ? "sourceBuckets and newSourceBucket: expected one of them, got both"
      : "sourceBuckets: expected the names of the buckets pictures lie in, or newSourceBucket=true to have one made",
  );
}

function environmentOf({ environment = {} }: Context): Environment {
  if (typeof environment !== "object" || environment === null || Array.isArray(environment)) {
    throw new Error("environment: expected a map of variables in cdk.json");
  }
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (!isOurs(name)) {
        throw new Error(
          `environment: expected names that begin with IMGPROXY_ or SHUTTERSPEED_, got "${name}"`,
        );
      }
      if (typeof value === "object")
        throw new Error(`environment.${name}: expected text, a number, true or false`);
      return [name, String(value)];
    }),
  );
}

function domain(domainNames: readonly string[], certificate: string) {
  if (domainNames.length > 0 !== (certificate !== "")) {
    throw new Error("domainNames and certificate: expected both or none");
  }
  return certificate ? { names: domainNames, certificate } : undefined;
}

const text = (context: Context, name: Name) => String(context[name] ?? "").trim();
const words = (context: Context, name: Name) =>
  text(context, name)
    .split(/[\s,]+/)
    .filter(Boolean);

function amount<T>(
  context: Context,
  name: Name,
  min: number,
  max: number,
  unit: (amount: number) => T,
): T | undefined {
  const given = text(context, name);
  return given === "" ? undefined : unit(integerIn(name, given, min, max));
}

function choice<T>(context: Context, name: Name, choices: Readonly<Record<string, T>>): T | undefined {
  const given = text(context, name);
  if (given === "" || Object.hasOwn(choices, given)) return choices[given];
  throw new Error(`${name}: expected ${Object.keys(choices).join(" or ")}, got "${given}"`);
}
