import assert from "node:assert/strict";
import { test } from "node:test";
import { unbuilt } from "./built.ts";
import { cases, missing } from "./cases.ts";
import { classes, entries, surprises } from "./differences.ts";
import { run } from "./run.ts";
import { missed, tally } from "./tally.ts";

/** Requests we claim to answer as imgproxy does; to be raised with what is built. */
const leastBuilt = 2991;

test("what is built covers the requests it did before", { skip: missing }, () => {
  const built = cases.filter((asked) => !unbuilt(asked));
  assert.ok(
    built.length >= leastBuilt,
    `${built.length} of ${cases.length}, at least ${leastBuilt} expected`,
  );
});

test("every known difference has a case and a class", { skip: missing }, () => {
  const ids = new Set(cases.map(({ id }) => id));
  assert.deepEqual(
    entries.filter((entry) => !ids.has(entry.id) || !Object.hasOwn(classes, entry.class)),
    [],
  );
});

for (const [family, asked] of Map.groupBy(cases, ({ family }) => family)) {
  test(`${family} is answered as imgproxy does, but for the differences that are known`, async (t) => {
    const results = await run(asked);
    const shares = Object.entries(tally(results)).filter(([, [, of]]) => of > 0);
    t.diagnostic(shares.map(([column, [share, of]]) => `${column} ${share} of ${of}`).join(", "));
    const reasons = missed(results).map(([reason, count]) => `${reason}, ${count} cases`);
    for (const reason of reasons) t.diagnostic(`not built: ${reason}`);
    if (results.every(({ comparison }) => "unbuilt" in comparison))
      t.skip(`not built: ${reasons.join("; ")}`);
    assert.deepEqual(surprises(results), []);
  });
}
