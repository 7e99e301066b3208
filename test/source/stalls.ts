import { Deadline } from "../../lambda/deadline.ts";
import { download } from "../../lambda/source/download.ts";
import { type Pace, startPace } from "../../lambda/source/pace.ts";
import type { Get } from "../../lambda/source/reading.ts";
import type { Trail } from "../../lambda/source/trail.ts";
import type { Clock } from "../clock.ts";
import { streamOf } from "../objects.ts";

const picture = Buffer.from("GIF89apicture;");

/** The same numbers from 0 to 1 each time. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** ms to a first byte as S3 has them: mostly about 30, now and then thrice that. */
export const usually = (chance: () => number) => 20 + 15 * -Math.log(1 - chance());

/** A store whose first bytes take so long. */
const storeTaking =
  (ms: () => number): Get =>
  async ({ signal }) => {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      setTimeout(resolve, ms());
    });
    return streamOf(picture, { etag: '"e"' });
  };

/** ms that each of so many downloads took, one after the other, and how many were hedged. */
export async function timesOf(count: number, ms: () => number, clock: Clock, pace: Pace) {
  const times: number[] = [];
  let hedged = 0;
  for (let nth = 0; nth < count; nth++) {
    const began = performance.now();
    let on = true;
    const report = (trail: Trail) => {
      hedged += trail.hedged;
    };
    const bounds = { deadline: Deadline.in(10_000), limit: 1e6, pace, report };
    const working = download("s3://b/k", storeTaking(ms), bounds).finally(() => {
      on = false;
    });
    while (on) {
      await new Promise((done) => setImmediate(done));
      if (on && clock.next !== undefined) clock.pass(clock.next);
    }
    await working;
    times.push(performance.now() - began);
  }
  return { times, hedged };
}

const percentile = (times: readonly number[], part: number) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? Infinity;

/** Never hedges before the time left demands it. */
const noLeave = (): Pace => ({ ...startPace(), usual: undefined, mayHedge: () => false });

/** ms of simulated time that 99 of 100 downloads take at most. */
export interface Stalls {
  readonly faultless: number;
  /** With 1 of 20 first bytes 3 s late, with hedges and without. */
  readonly hedging: number;
  readonly alone: number;
  /** Hedges of the 1,000 downloads. */
  readonly hedges: number;
}

/** Downloads a thousand objects three times: from a store as it mostly is, and from one that stalls now and then. */
export async function stalls(clock: Clock): Promise<Stalls> {
  const [calm, late, same] = [numbers(4), numbers(4), numbers(4)];
  const stalling = (chance: () => number) => () => (chance() < 0.05 ? 3000 : 0) + usually(chance);
  const pace = startPace();
  await timesOf(200, () => usually(calm), clock, pace);
  const faultless = await timesOf(1000, () => usually(calm), clock, pace);
  const hedging = await timesOf(1000, stalling(late), clock, pace);
  const alone = await timesOf(1000, stalling(same), clock, noLeave());
  const p99 = ({ times }: { readonly times: readonly number[] }) => percentile(times, 0.99);
  return { faultless: p99(faultless), hedging: p99(hedging), alone: p99(alone), hedges: hedging.hedged };
}
