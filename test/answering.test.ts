import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Turns } from "../lambda/answering.ts";
import { readConfig } from "../lambda/config/variables.ts";
import { DeadlineExceeded } from "../lambda/deadline.ts";
import { SourceTimeout } from "../lambda/errors.ts";
import type { HttpResponse } from "../lambda/http.ts";
import type { Opened } from "../lambda/opened.ts";
import { turnsFor } from "../lib/server/turns.ts";

// The log goes to the console that a test may hear; it asks when it is loaded.
process.env.POWERTOOLS_DEV = "true";
process.env.POWERTOOLS_METRICS_DISABLED = "false";
const { answering } = await import("../lambda/answering.ts");

const picture: HttpResponse = {
  status: 200,
  headers: { "Content-Type": "image/png" },
  body: Buffer.alloc(7),
};

/** A server's door to a function that serves like this, and what it says of each request. */
function door(
  t: TestContext,
  serve: Opened["serve"],
  { turns = turnsFor(1, 1), metrics = false }: { turns?: Turns; metrics?: boolean } = {},
) {
  const lines: Record<string, unknown>[] = [];
  const hear = (text: string) => void lines.push(JSON.parse(text));
  for (const level of ["log", "info", "warn", "error"] as const) t.mock.method(console, level, hear);
  const answer = answering({ config: readConfig({}), serve });
  const ask = (path: string, { method = "GET", within = 5000, gone = new AbortController().signal } = {}) =>
    answer({ method, path, headers: {}, id: "1" }, { within, gone, turns, metrics });
  return { ask, lines };
}

test("a picture is answered and told of; HEAD is told its length, and nothing goes out", async (t) => {
  const { ask, lines } = door(t, async () => picture);
  assert.deepEqual(await ask("/_/plain/s3://b/k"), picture);
  const head = await ask("/_/plain/s3://b/k", { method: "HEAD" });
  assert.deepEqual([head.body, head.headers["Content-Length"]], ["", "7"]);
  assert.deepEqual(
    lines.map(({ message, status, bytesOut }) => [message, status, bytesOut]),
    [
      ["GET /…/plain/s3://b/k", 200, 7],
      ["HEAD /…/plain/s3://b/k", 200, 0],
    ],
  );
});

test("metrics are published where somebody wants them", async (t) => {
  for (const metrics of [false, true]) {
    const { ask, lines } = door(t, async () => picture, { metrics });
    await ask("/_/plain/s3://b/k");
    assert.equal(lines.length, metrics ? 2 : 1);
  }
});

test("whatever goes wrong is an answer, and its turn ends", async (t) => {
  for (const [error, status] of [
    [new SourceTimeout("late"), 504],
    [new DeadlineExceeded("drawing", 1), 503],
    [new Error("unforeseen"), 500],
  ] as const) {
    const { ask, lines } = door(t, () => Promise.reject(error));
    for (let times = 0; times < 3; times++) assert.equal((await ask("/_/plain/s3://b/k")).status, status);
    assert.deepEqual(
      lines.map((line) => line.status),
      [status, status, status],
    );
    assert.ok(lines.every((line) => line.error));
  }
});

test("an answer may have any size: no limit of Lambda's is one here", async (t) => {
  const { ask } = door(t, async ({ responseLimit }) => ({ ...picture, body: `${responseLimit}` }));
  assert.equal((await ask("/_/plain/s3://b/k")).body, "Infinity");
});

test("one more than may wait is turned away; health is told without a turn, and in silence", async (t) => {
  const { promise, resolve } = Promise.withResolvers<HttpResponse>();
  let served = 0;
  const { ask, lines } = door(t, () => {
    served++;
    return promise;
  });
  const [first, second] = [ask("/_/plain/s3://b/1"), ask("/_/plain/s3://b/2")];
  const { status, headers } = await ask("/_/plain/s3://b/3");
  assert.deepEqual([status, headers["Retry-After"], served], [429, "1", 1]);
  assert.equal((await ask("/health")).status, 200);
  resolve(picture);
  assert.deepEqual([(await first).status, (await second).status, served], [200, 200, 2]);
  assert.deepEqual(
    lines.map((line) => line.status),
    [429, 200, 200],
  );
});

test("an answer is there in its time, whether it waits for its turn or for the work, which hears of it before", async (t) => {
  let left = 0;
  const { ask } = door(t, (_, deadline) => {
    left = deadline.left;
    return new Promise(() => {});
  });
  const began = performance.now();
  const [work, turn] = await Promise.all([
    ask("/_/plain/s3://b/1", { within: 300 }),
    ask("/_/plain/s3://b/2", { within: 300 }),
  ]);
  assert.deepEqual([work.status, turn.status], [503, 503]);
  const spent = performance.now() - began;
  assert.ok(spent >= 290 && spent < 2000, `${spent}`);
  assert.ok(left > 100 && left <= 200, `${left} of 300`);
});

test("who has gone is no failure of ours; the turn is another's", async (t) => {
  const gone = new AbortController();
  let served = 0;
  const { ask, lines } = door(t, (_, deadline) => {
    served++;
    return served > 1
      ? Promise.resolve(picture)
      : deadline.within("work", Infinity, () => new Promise(() => {}));
  });
  const first = ask("/_/plain/s3://b/1", { gone: gone.signal });
  const second = ask("/_/plain/s3://b/2");
  setImmediate(() => gone.abort());
  assert.deepEqual([(await first).status, (await second).status], [499, 200]);
  assert.deepEqual(
    lines.map(({ status, level }) => [status, level]),
    [
      [499, "WARN"],
      [200, "INFO"],
    ],
  );
  assert.equal((await ask("/_/plain/s3://b/3", { gone: gone.signal })).status, 499);
  assert.equal(served, 2);
});
