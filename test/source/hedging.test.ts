import assert from "node:assert/strict";
import { test } from "node:test";
import { startPace } from "../../lambda/source/pace.ts";
import { stopClock } from "../clock.ts";
import { numbers, stalls, timesOf, usually } from "./stalls.ts";

test("when all is well, fewer than 3 of 100 requests are hedged", async (t) => {
  const clock = stopClock(t);
  for (const seed of [1, 2, 3]) {
    const chance = numbers(seed);
    const { hedged } = await timesOf(500, () => usually(chance), clock, startPace());
    t.diagnostic(`hedged: ${hedged} of 500`);
    assert.ok(hedged < 15, `${hedged} of 500`);
  }
});

test("with 1 of 20 requests 3 s late, 99 of 100 take hardly more than half as long again as without", async (t) => {
  const { faultless, hedging } = await stalls(stopClock(t));
  assert.ok(hedging < faultless * 1.6, `${hedging} of ${faultless} ms`);
});
