import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Deadline } from "../../lambda/deadline.ts";
import { download } from "../../lambda/source/download.ts";
import { type Pace, startPace } from "../../lambda/source/pace.ts";
import type { Get } from "../../lambda/source/reading.ts";
import type { Trail } from "../../lambda/source/trail.ts";
import { type Clock, stopClock } from "../clock.ts";
import { streamOf } from "../objects.ts";

const picture = Buffer.from("GIF89apicture;");

/** The same numbers from 0 to 1 each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** ms to a first byte as S3 has them: mostly about 30, now and then thrice that. */
const usually = (chance: () => number) => 20 + 15 * -Math.log(1 - chance());

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
async function timesOf(count: number, ms: () => number, clock: Clock, pace: Pace) {
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

test("when all is well, fewer than 3 of 100 requests are hedged", async (t) => {
  const clock = stopClock(t);
  for (const seed of [1, 2, 3]) {
    const chance = numbers(seed);
    const { hedged } = await timesOf(500, () => usually(chance), clock, startPace());
    t.diagnostic(`hedged: ${hedged} of 500`);
    assert.ok(hedged < 15, `${hedged} of 500`);
  }
});

test("with 1 of 20 requests 3 s late, 99 of 100 take hardly more than half as long again as without", async (t: TestContext) => {
  const clock = stopClock(t);
  const [calm, late, alone] = [numbers(4), numbers(4), numbers(4)];
  const stalling = (chance: () => number) => () => (chance() < 0.05 ? 3000 : 0) + usually(chance);
  const pace = startPace();
  await timesOf(200, () => usually(calm), clock, pace);
  const faultless = await timesOf(1000, () => usually(calm), clock, pace);
  const hedging = await timesOf(1000, stalling(late), clock, pace);
  const without = await timesOf(1000, stalling(alone), clock, noLeave());
  const [best, ours, theirs] = [faultless, hedging, without].map(({ times }) => percentile(times, 0.99));
  t.diagnostic(
    `p99: ${best} ms without faults, ${ours} ms with them, ${theirs} ms without hedging; ${hedging.hedged} hedges`,
  );
  assert.ok((ours ?? 0) < (best ?? 0) * 1.6, `${ours} of ${best} ms`);
});
