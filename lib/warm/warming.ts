import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import pMap from "p-map";
import { sender, type Warmed, type WarmRequest, warm } from "../../lambda/warm/asking.ts";
import {
  nothingWarmed,
  type WarmPrices,
  type WarmTotals,
  warmedText,
  withWarmed,
} from "../../lambda/warm/totals.ts";

/** A warming by hand. */
export interface WarmingProps {
  readonly requests: AsyncIterable<WarmRequest>;
  /** Pictures that are asked for at once. */
  readonly concurrency: number;
  readonly prices: WarmPrices;
  /** Hears of each one as it ends, and of all so far. */
  readonly warmed: (one: Warmed, soFar: Summary) => void;
  /** `IMGPROXY_SECRET`; empty where there is none. */
  readonly secret: string;
}

/** What a warming came to, and the same in one sentence. */
export interface Summary extends WarmTotals {
  readonly says: string;
}

const summary = (totals: WarmTotals): Summary => ({ ...totals, says: warmedText(totals) });

/** Has the pictures made. Resolves with what it came to, also where some could not be had. */
export async function warmAll({
  requests,
  concurrency,
  prices,
  warmed,
  secret,
}: WarmingProps): Promise<Summary> {
  let sum = nothingWarmed;
  await pMap(
    requests,
    async (request) => {
      const one = await warm(request, sender(secret));
      sum = withWarmed(sum, one, prices);
      warmed(one, summary(sum));
    },
    { concurrency },
  );
  return summary(sum);
}

/** The lines of a file, or of standard input for `-`; empty ones and those that begin with `#` are left out. Rejects when it cannot be read. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === "-" ? process.stdin : createReadStream(file);
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    const text = line.trim();
    if (text !== "" && !text.startsWith("#")) yield text;
  }
}
