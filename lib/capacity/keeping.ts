import { cpuShare } from "../../lambda/image/admit.ts";
import { network, prices } from "./prices.ts";

/** What decides whether keeping a picture is cheaper than drawing it a second time. */
export interface KeepingCosts {
  /** MB of the function. */
  readonly memory: number;
  readonly architecture: keyof typeof prices.lambdaGbSecond;
  /** For which a picture is kept. */
  readonly days: number;
}

/** bytes of the picture the stack reckons with: 800 px wide, as WebP or AVIF, are about that. */
const PICTURE = 100_000;
/** bytes of its source. */
const SOURCE = 2_000_000;
const DAYS_A_MONTH = 30.44;
const GB = 2 ** 30;

/**
 * Times a picture is asked of the function again while it is kept. Nobody knows before: CloudFront has a dozen regional caches, which
 * ask each for itself and forget what is seldom asked for.
 */
const AGAIN = 2;

/**
 * ms of one vCPU from which drawing a picture again costs as much as keeping it: what S3 takes for writing and storing it, and the
 * function for waiting meanwhile, less what requests to the function cost before they draw. With less memory than one vCPU's,
 * drawing takes longer and costs the same; with more it takes as long and costs more.
 */
export function keepAfter({ memory, architecture, days }: KeepingCosts): number {
  const share = cpuShare(memory);
  const ms = (prices.lambdaGbSecond[architecture] * (memory / 1024)) / 1000;
  const storing = (prices.s3GbMonth * days * PICTURE) / DAYS_A_MONTH / GB;
  const keeping = prices.s3Put + network.firstByte * ms + storing;
  const waiting = network.firstByte + SOURCE / (network.speed * share);
  const asking = prices.lambdaRequest + prices.s3Get + waiting * ms;
  return Math.max(0, Math.round(((keeping / AGAIN - asking) / ms) * share));
}
