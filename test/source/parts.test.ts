import assert from "node:assert/strict";
import { test } from "node:test";
import { Deadline } from "../../lambda/deadline.ts";
import { download } from "../../lambda/source/download.ts";
import { startPace } from "../../lambda/source/pace.ts";
import type { Get } from "../../lambda/source/reading.ts";
import type { Trail } from "../../lambda/source/trail.ts";
import { type Clock, stopClock } from "../clock.ts";

/** bytes per ms of one connection, and bytes at a time. */
const [SPEED, CHUNK] = [10_000, 50_000];

const pictureOf = (bytes: number) => {
  const all = Buffer.alloc(bytes, "GIF89a and more of it, ");
  all[bytes - 1] = 0x3b;
  return all;
};

/** A store each of whose connections is limited; the first request for what begins at `breaks` breaks after a chunk. */
function limited(object: Buffer, breaks = -1): Get {
  let broken = false;
  return async ({ range, signal }) => {
    const { first = 0, last = object.length - 1 } = range ?? {};
    async function* body() {
      for (let at = first; at <= last; at += CHUNK) {
        await new Promise((resolve) => setTimeout(resolve, CHUNK / SPEED));
        signal.throwIfAborted();
        yield object.subarray(at, Math.min(last + 1, at + CHUNK));
        if (first === breaks && !broken) {
          broken = true;
          throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
        }
      }
    }
    return {
      metadata: { etag: '"e"' },
      length: last + 1 - first,
      range: range && `bytes ${first}-${last}/${object.length}`,
      body: body(),
      cancel() {},
    };
  };
}

async function downloaded(get: Get, clock: Clock) {
  const began = performance.now();
  let trail: Trail | undefined;
  const report = (told: Trail) => {
    trail = told;
  };
  const bounds = { deadline: Deadline.in(60_000), limit: 2 ** 28, pace: startPace(), report };
  let on = true;
  const working = download("s3://b/k", get, bounds).finally(() => {
    on = false;
  });
  while (on) {
    for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
    if (on && clock.next !== undefined) clock.pass(clock.next);
  }
  const source = await working;
  assert.ok(source !== "not modified");
  return {
    ms: performance.now() - began,
    bytes: source.bytes,
    attempts: trail?.attempts,
    resumed: trail?.resumed,
  };
}

test("8 MiB and more come over four connections, in a quarter of the time where each is limited", async (t) => {
  const clock = stopClock(t);
  const size = 8 * 2 ** 20;
  const single = await downloaded(limited(pictureOf(size - 1)), clock);
  const parallel = await downloaded(limited(pictureOf(size)), clock);
  assert.deepEqual([single.attempts, parallel.attempts, parallel.resumed], [1, 4, 0]);
  assert.ok(parallel.ms < single.ms / 3.5, `${parallel.ms} of ${single.ms} ms`);
  assert.ok(pictureOf(size).equals(parallel.bytes));
});

test("a part that breaks is gone on with by itself", async (t) => {
  const clock = stopClock(t);
  const size = 8 * 2 ** 20;
  const { bytes, attempts, resumed } = await downloaded(limited(pictureOf(size), size / 2), clock);
  assert.deepEqual([attempts, resumed], [5, 1]);
  assert.ok(pictureOf(size).equals(bytes));
});
