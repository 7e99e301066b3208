import { Command } from "commander";
import type { Finding } from "../explain/finding.ts";
import { ours } from "../settings.ts";
import { HOME } from "./environment.ts";
import { exits, exitsHelp } from "./exits.ts";
import { paintFor } from "./paint.ts";

/** `shutterspeed explain`: what the function makes of a URL, without asking it. */
export const explainCommand = (): Command =>
  new Command("explain")
    .summary("tell what the function makes of a URL, and why it would refuse it")
    .description(
      `Tells, phase by phase and without network, what the function makes of a URL under this shell's IMGPROXY_* variables: path, signature, options after presets, source, format, key, and the plan for a picture at hand. Without IMGPROXY_KEY and IMGPROXY_SALT the keys of ${HOME} are taken, if start made some.`,
    )
    .argument("<url>", "the whole URL, or its path; in quotes")
    .option("--picture <file>", "the source, to plan with")
    .option("--accept <header>", "what the browser accepts", "")
    .addHelpText("after", `${examples}${exitsHelp}`)
    .action(explainUrl);

const examples = `
Examples:
  shutterspeed explain 'http://localhost:8080/unsafe/rs:fill:300:200/plain/s3://pictures/cat.jpg@webp'
  shutterspeed explain '/unsafe/w:300/plain/s3://pictures/cat.jpg' --picture pictures/cat.jpg
`;

interface Said {
  readonly picture?: string;
  readonly accept: string;
}

async function explainUrl(url: string, { picture, accept }: Said): Promise<void> {
  const { readEnvironment, unknownVariables } = await import("../environment.ts");
  const { compileLanguage } = await import("../../lambda/url/language.ts");
  const { explain } = await import("../explain/explain.ts");
  const environment = await withKeys(ours(process.env));
  for (const sentence of unknownVariables(environment)) process.stderr.write(`${sentence}\n`);
  const now = Date.now();
  const config = readEnvironment(environment, now);
  const explained = explain(url, compileLanguage(config, now), now, accept);
  const { explainPlan } = await import("../explain/plan.ts");
  const plan =
    picture === undefined || explained.refused
      ? []
      : [await explainPlan(picture, explained.asked, accept, config)];
  const findings = [...explained.findings, ...plan];
  process.stdout.write(`${findings.map(lineOf).join("\n")}\n`);
  if (findings.some(({ passes }) => !passes)) process.exitCode = exits.refused;
}

/** With the keys that start made, where the shell names none. */
async function withKeys(given: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  if (given.IMGPROXY_KEY || given.IMGPROXY_SALT) return given;
  const { keysFile, signingKeys } = await import("../local/keys.ts");
  const { existsSync } = await import("node:fs");
  return existsSync(keysFile(HOME)) ? { ...given, ...signingKeys(HOME) } : given;
}

function lineOf({ phase, passes, says, advice }: Finding): string {
  const { good, bad, faint } = paintFor(process.stdout);
  const mark = passes ? good("ok ") : bad("no ");
  return `${mark} ${phase.padEnd(9)}  ${says}${advice ? `\n${" ".repeat(15)}${faint(advice)}` : ""}`;
}
