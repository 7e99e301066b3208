import { Command } from "commander";
import { integerIn } from "../settings.ts";
import { BROWSERS } from "../warm/accept.ts";
import { HOME, signingEnvironment } from "./environment.ts";
import { exits, exitsHelp } from "./exits.ts";
import { paintFor } from "./paint.ts";
import { asUsage } from "./usage.ts";

/** `shutterspeed warm`: has pictures made before anybody asks. */
export const warmCommand = (): Command =>
  new Command("warm")
    .summary("have pictures made before anybody asks for them")
    .description(
      "Asks for every picture of a list, so that what is dear to draw lies in the derivative bucket, and tells which could not be had and what it costs at most. Lines are URLs of pictures; with --presets they are sources, whose URLs are signed as sign does. It asks by HEAD: no picture travels. For millions of sources the stack has a state machine (context warmPresets).",
    )
    .requiredOption("--from <file>", "the list, a line each; - is standard input")
    .option("--presets <names>", "lines are sources; make these of each, separated by commas")
    .option("--base <url>", "where pictures are served, for sources and for paths")
    .option("--accept <types...>", "what browsers say they accept; a picture is made for each", [BROWSERS])
    .option("--concurrency <number>", "pictures asked for at once", "16")
    .option("--memory <MB>", "of the function: decides what drawing costs", "1769")
    .option("--architecture <name>", "arm64 or x86_64, likewise", "arm64")
    .option("--json", "what it came to as JSON")
    .addHelpText("after", `${examples}${exitsHelp}`)
    .action(warmList);

const examples = `
Examples:
  shutterspeed warm --from urls.txt
  shutterspeed warm --from sources.txt --presets thumb,card --base https://d111111abcdef8.cloudfront.net
`;

interface Said {
  readonly from: string;
  readonly presets?: string;
  readonly base?: string;
  readonly accept: readonly string[];
  readonly concurrency: string;
  readonly memory: string;
  readonly architecture: string;
  readonly json?: boolean;
}

async function warmList(said: Said, command: Command): Promise<void> {
  const { linesOf, warmAll } = await import("../warm/warming.ts");
  const { requestsIn } = await import("../warm/requests.ts");
  const { warmPrices } = await import("../warm/prices.ts");
  const { architectureIn } = await import("../capacity/arguments.ts");
  const { from, base, accept: accepts } = said;
  const { concurrency, prices } = asUsage(command, () => ({
    concurrency: integerIn("--concurrency", said.concurrency, 1, 1000),
    prices: warmPrices(integerIn("--memory", said.memory, 128, 10_240), architectureIn(said.architecture)),
  }));
  const presets = (said.presets ?? "").split(",").filter(Boolean);
  const environment = presets.length > 0 ? signingEnvironment(HOME) : {};
  const { bad } = paintFor(process.stderr);
  const sum = await warmAll({
    requests: requestsIn(linesOf(from), { accepts, presets, base, environment }),
    ...{ concurrency, prices },
    secret: process.env.IMGPROXY_SECRET ?? "",
    warmed({ outcome, reason, url }, soFar) {
      if (outcome === "failed") process.stderr.write(`${bad(`${reason}`)} ${url}\n`);
      if (soFar.asked % EVERY === 0) process.stderr.write(`${soFar.says} so far\n`);
    },
  });
  process.stdout.write(`${said.json ? JSON.stringify(sum, undefined, 2) : sum.says}\n`);
  if (sum.failed > 0) process.exitCode = exits.refused;
}

/** Pictures after which it is told how far it is. */
const EVERY = 1000;
