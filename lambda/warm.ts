import type { Context } from "aws-lambda";
import pMap from "p-map";
import { readConfig } from "./config/variables.ts";
import { callAws } from "./keys/aws-json.ts";
import { keyring } from "./keys/keyring.ts";
import { s3Store } from "./store/s3.ts";
import { compileLanguage } from "./url/language.ts";
import { LONGEST_ASKING, sender, type Warmed, type WarmRequest, warm } from "./warm/asking.ts";
import { reportOf, type WarmResults } from "./warm/report.ts";
import { nothingWarmed, type WarmPrices, type WarmTotals, warmedText, withWarmed } from "./warm/totals.ts";
import { type ListedObject, type Presets, sourceOf, warmRequests } from "./warm/urls.ts";

/** What Step Functions' distributed map hands over: a batch of objects, and what is the same for all of them. */
export interface WarmBatch {
  readonly Items: readonly ListedObject[];
  readonly BatchInput: Presets & {
    /** Where objects lie whose list does not say. */
    readonly bucket: string;
    readonly prices: WarmPrices;
  };
}

/** Pictures that are asked for at once by one batch. */
const AT_ONCE = 4;
/** ms before the end of an invocation from which nothing more is asked for, nor asked again. */
const RESERVE = LONGEST_ASKING + 5000;

const config = readConfig(process.env);
const ring = keyring(compileLanguage(config, Date.now()), (call) => callAws(call, process.env));

/**
 * What AWS executes. For a batch: has every preset of its objects made, and tells what became of them, failures among it; throws when
 * all failed, for then nothing more is worth asking for. At the end: adds up what the batches came to.
 */
export async function handler(event: WarmBatch | WarmResults, context: Context): Promise<WarmTotals> {
  if (!("Items" in event)) return reportOf(event, s3Store(config));
  const totals = await warmBatch(event, context);
  if (totals.asked === 0 || totals.failed < totals.asked) return totals;
  throw new Error(`${warmedText(totals)}; the first: ${totals.failures[0]?.reason}`);
}

async function warmBatch({ Items, BatchInput }: WarmBatch, context: Context): Promise<WarmTotals> {
  const { config: keyed } = await ring.toSign();
  const requests = Items.flatMap((item) => {
    const source = sourceOf(item, BatchInput.bucket);
    return source === undefined ? [] : warmRequests(source, BatchInput, keyed);
  });
  const late = { outcome: "failed", ms: 0, reason: "no time was left in its batch" } as const;
  const mayAsk = () => context.getRemainingTimeInMillis() > RESERVE;
  const send = sender(config.secret);
  const ask = async (request: WarmRequest): Promise<Warmed> =>
    mayAsk() ? warm(request, send, mayAsk) : { ...request, ...late };
  const warmed = await pMap(requests, ask, { concurrency: AT_ONCE });
  return warmed.reduce((sum, one) => withWarmed(sum, one, BatchInput.prices), nothingWarmed);
}
