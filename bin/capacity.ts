// Reckons timeouts, memory, concurrency and dollars for a load: npm run capacity -- --average 2MB --rate 50
import { parseArgs } from "node:util";
import { loadIn } from "../lib/capacity/arguments.ts";
import { capacityFor } from "../lib/capacity/capacity.ts";
import { capacityText } from "../lib/capacity/text.ts";

const usage = `npm run capacity -- [--average 2MB] [--megapixels 12] [--rate 10] [--hit-ratio 0.9] [--format webp] [--width 800]
                    [--architecture arm64] [--json]

Recommends the download timeout, the function's timeout and memory, its concurrency, and says what a month costs.

--average       bytes of a source, such as 800KB: decides how long a download takes, and with it the timeouts
--megapixels    of a source: decides how long it takes to decode
--rate          requests a second that viewers make, averaged over a month
--hit-ratio     the part of them that CloudFront answers by itself, 0 to 1: the others are drawn
--format        what pictures are written in: AVIF takes longest, JPEG least
--width         px of the answers: decides how long they take to encode, and the traffic
--architecture  arm64 or x86_64: the price of the function's time
--json          the same as JSON

The figures printed under the recommendation say how each number came about.`;

try {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      average: text,
      megapixels: text,
      rate: text,
      "hit-ratio": text,
      format: text,
      width: text,
      architecture: text,
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const { json, help, ...given } = values;
  const answer = () => {
    const found = capacityFor(loadIn(given));
    return json ? JSON.stringify(found, undefined, 2) : capacityText(found);
  };
  process.stdout.write(`${help ? usage : answer()}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
