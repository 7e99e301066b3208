import assert from "node:assert/strict";
import { test } from "node:test";
import { turnsFor } from "../../lib/server/turns.ts";

const waits = new AbortController().signal;

test("as many begin as may, the next when one ends, in the order they came", async () => {
  const turns = turnsFor(2, Infinity);
  const begun: string[] = [];
  for (const name of ["a", "b", "c", "d"]) turns.take(waits)?.then(() => begun.push(name));
  await Promise.resolve();
  assert.deepEqual(begun, ["a", "b"]);
  turns.end();
  await Promise.resolve();
  turns.end();
  await new Promise(setImmediate);
  assert.deepEqual(begun, ["a", "b", "c", "d"]);
});

test("when as many wait as may, the next has no turn; when all have ended, it has", async () => {
  const turns = turnsFor(1, 1);
  await turns.take(waits);
  const second = turns.take(waits);
  assert.equal(turns.take(waits), undefined);
  turns.end();
  await second;
  turns.end();
  await turns.take(waits);
});

test("who no longer waits leaves its place to others, and takes no turn", async () => {
  const turns = turnsFor(1, 1);
  await turns.take(waits);
  const gone = new AbortController();
  const left = turns.take(gone.signal);
  gone.abort(new Error("gone"));
  await assert.rejects(left ?? Promise.resolve(), { message: "gone" });
  const next = turns.take(waits);
  assert.ok(next);
  turns.end();
  await next;
});
