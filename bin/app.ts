import { App, Duration } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { integerIn, ours } from "../lib/settings.ts";
import { ImageStack } from "../lib/stack/image-stack.ts";

/** Settings come from `cdk.json` or `-c name=value`; the function's variables from its map `environment`, or the shell. */
const app = new App();
try {
  new ImageStack(app, text("stack") || "Shutterspeed", {
    sourceBuckets: words("sourceBuckets"),
    keepDerivativesFor: contextInteger("keepDerivativesDays", 1, 3650, Duration.days),
    environment: { ...ours(app.node.tryGetContext("environment")), ...ours(process.env) },
    unsigned: choice("unsigned", { true: true, false: false }),
    architecture: choice("architecture", { arm64: Architecture.ARM_64, x86_64: Architecture.X86_64 }),
    memorySize: contextInteger("memory", 128, 10_240, Number),
    timeout: contextInteger("timeout", 1, 900, Duration.seconds),
    reservedConcurrency: contextInteger("reservedConcurrency", 0, 100_000, Number),
    domain: domain(),
  });
} catch (error) {
  console.error(process.env.CDK_DEBUG || !(error instanceof Error) ? error : error.message);
  process.exit(1);
}

function text(name: string): string {
  return String(app.node.tryGetContext(name) ?? "").trim();
}

function words(name: string): readonly string[] {
  return text(name)
    .split(/[\s,]+/)
    .filter(Boolean);
}

function contextInteger<T>(
  name: string,
  min: number,
  max: number,
  unit: (amount: number) => T,
): T | undefined {
  const given = text(name);
  return given === "" ? undefined : unit(integerIn(name, given, min, max));
}

function choice<T>(name: string, choices: Readonly<Record<string, T>>): T | undefined {
  const given = text(name);
  if (given === "" || Object.hasOwn(choices, given)) return choices[given];
  throw new Error(`${name}: expected ${Object.keys(choices).join(" or ")}, got "${given}"`);
}

function domain() {
  const [names, certificate] = [words("domainNames"), text("certificate")];
  if (names.length > 0 !== (certificate !== ""))
    throw new Error("domainNames and certificate: expected both or none");
  return certificate ? { names, certificate } : undefined;
}
