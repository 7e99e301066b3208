import { App, Duration } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { ImageStack } from "../lib/image-stack.ts";

/** Settings come from `cdk.json` or `-c name=value`; the function's variables from its map `environment`, or the shell. */
const app = new App();
try {
  new ImageStack(app, text("stack") || "Shutterspeed", {
    sourceBuckets: words("sourceBuckets"),
    keepDerivativesFor: whole("keepDerivativesDays", 1, 3650, Duration.days),
    environment: { ...ours(app.node.tryGetContext("environment")), ...ours(process.env) },
    architecture: choice("architecture", { arm64: Architecture.ARM_64, x86_64: Architecture.X86_64 }),
    memorySize: whole("memory", 128, 10_240, Number),
    timeout: whole("timeout", 1, 900, Duration.seconds),
    reservedConcurrency: whole("reservedConcurrency", 0, 100_000, Number),
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

function whole<T>(name: string, min: number, max: number, unit: (amount: number) => T): T | undefined {
  const given = text(name);
  if (given === "") return undefined;
  if (/^\d+$/.test(given) && Number(given) >= min && Number(given) <= max) return unit(Number(given));
  throw new Error(`${name}: expected an integer from ${min} to ${max}, got "${given}"`);
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

/** The variables of a map that are ours. */
function ours(map: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(typeof map === "object" && map !== null ? map : {});
  const named = entries.filter(([name]) => /^(IMGPROXY|SHUTTERSPEED)_/.test(name));
  return Object.fromEntries(named.map(([name, value]) => [name, String(value)]));
}
