import { Command } from "commander";
import { exitsHelp } from "./exits.ts";
import { asUsage } from "./usage.ts";

/** `shutterspeed capacity`: reckons what a load needs. */
export const capacityCommand = (): Command =>
  new Command("capacity")
    .summary("reckon timeouts, memory, concurrency and dollars for a load")
    .description(
      "Recommends the download timeout, the function's timeout and memory, its concurrency, and says what a month costs. The figures printed under the recommendation say how each number came about.",
    )
    .option(
      "--average <bytes>",
      "of a source, such as 800KB: decides how long a download takes, and with it the timeouts",
      "2MB",
    )
    .option("--megapixels <number>", "of a source: decides how long it takes to decode", "12")
    .option("--rate <number>", "requests a second that viewers make, averaged over a month", "10")
    .option(
      "--hit-ratio <number>",
      "the part of them that CloudFront answers by itself, 0 to 1: the others are drawn",
      "0.9",
    )
    .option("--format <name>", "what pictures are written in: AVIF takes longest, JPEG least", "webp")
    .option("--width <px>", "of the answers: decides how long they take to encode, and the traffic", "800")
    .option("--architecture <name>", "arm64 or x86_64: the price of the function's time", "arm64")
    .option("--json", "the same as JSON")
    .addHelpText("after", `${examples}${exitsHelp}`)
    .action(reckon);

const examples = `
Examples:
  shutterspeed capacity --average 2MB --rate 50
  shutterspeed capacity --megapixels 24 --format avif --json
`;

interface Said {
  readonly hitRatio: string;
  readonly json?: boolean;
}

async function reckon({ json, hitRatio, ...given }: Said, command: Command): Promise<void> {
  const { loadIn } = await import("../capacity/arguments.ts");
  const { capacityFor } = await import("../capacity/capacity.ts");
  const { capacityText } = await import("../capacity/text.ts");
  const found = capacityFor(asUsage(command, () => loadIn({ ...given, "hit-ratio": hitRatio })));
  process.stdout.write(`${json ? JSON.stringify(found, undefined, 2) : capacityText(found)}\n`);
}
