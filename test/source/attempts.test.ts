import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { DeadlineExceeded } from "../../lambda/deadline.ts";
import { InvalidSource, SourceIncomplete } from "../../lambda/errors.ts";
import { again } from "../../lambda/source/again.ts";
import {
  ATTEMPTS,
  BUSY_ATTEMPTS,
  backOff,
  isTooSlow,
  lateAfter,
  mayAsk,
  silenceAllowed,
  tooLateAfter,
  verdictOf,
} from "../../lambda/source/attempts.ts";
import { startPace } from "../../lambda/source/pace.ts";
import { StoreError } from "../../lambda/store/store.ts";

const fault = (code: string) => Object.assign(new Error(code), { code });

describe("what went wrong is an answer, a busy store, or something broken", () => {
  for (const [error, verdict] of [
    [new StoreError(500, "InternalError"), "busy"],
    [new StoreError(502, "Unknown"), "busy"],
    [new StoreError(503, "SlowDown"), "busy"],
    [new StoreError(429, "TooManyRequests"), "busy"],
    [new StoreError(400, "RequestTimeout"), "busy"],
    [new StoreError(403, "RequestTimeTooSkewed"), "busy"],
    [new StoreError(403, "AccessDenied"), "answer"],
    [new StoreError(404, "NoSuchKey"), "answer"],
    [new StoreError(412, "PreconditionFailed"), "answer"],
    [new StoreError(416, "InvalidRange"), "answer"],
    [new InvalidSource("too large"), "answer"],
    [new StoreError(206, "PartialContent"), "broken"],
    [new StoreError(304, "NotModified"), "broken"],
    [new SourceIncomplete("short"), "broken"],
    [new DeadlineExceeded("S3", 1500), "broken"],
    [fault("ECONNREFUSED"), "broken"],
    [fault("ENOTFOUND"), "broken"],
    [fault("EPROTO"), "broken"],
    [fault("HPE_INVALID_CONSTANT"), "broken"],
  ] as const) {
    test(`${error.message}: ${verdict}`, () => assert.equal(verdictOf(error), verdict));
  }
});

test("a back-off doubles up to a second, is never less than half of that, and always fits into the time left", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 99].map((nth) => backOff(nth, 10_000, 1)),
    [60, 120, 240, 480, 960, 1000, 1000],
  );
  assert.equal(backOff(1, 10_000, 0), 30);
  assert.equal(backOff(1, 70, 1), undefined);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.nat(5000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (nth, left, chance) => {
        const wait = backOff(nth, left, chance);
        assert.ok(wait === undefined || wait < left);
      },
    ),
  );
});

test("a request is late after a seventh more than what is usual, not before 60 ms, and after 400 ms where nothing is known", () => {
  assert.deepEqual(
    [undefined, 10, 100].map((usual) => Math.round(lateAfter(usual))),
    [400, 60, 115],
  );
});

test("at the latest it is late after 15 % of the time left, and twice as late after each hedge", () => {
  assert.deepEqual(
    [0, 1, 2].map((hedges) => tooLateAfter(2000, hedges)),
    [300, 600, 1200],
  );
});

test("a body may be silent for 12 % of the time left, for 300 ms at least and 1500 at most", () => {
  assert.deepEqual([100, 5000, 60_000].map(silenceAllowed), [300, 600, 1500]);
});

test("a body that would not be whole in the time left is too slow, not before its speed can be told", () => {
  assert.equal(isTooSlow({ read: 1000, missing: 9000, spent: 1000 }, 8000), true);
  assert.equal(isTooSlow({ read: 1000, missing: 9000, spent: 1000 }, 10_000), false);
  assert.equal(isTooSlow({ read: 1, missing: 9000, spent: 200 }, 1000), false);
  assert.equal(isTooSlow({ read: 5000, missing: undefined, spent: 1000 }, 1000), true);
  assert.equal(isTooSlow({ read: 50_000, missing: undefined, spent: 1000 }, 1000), false);
});

test("sixteen requests at most, five of them to a store that is busy, and none when the time is up", () => {
  assert.equal(mayAsk({ attempts: ATTEMPTS - 1, busy: 0 }, 1000), true);
  assert.equal(mayAsk({ attempts: ATTEMPTS, busy: 0 }, 1000), false);
  assert.equal(mayAsk({ attempts: 5, busy: BUSY_ATTEMPTS }, 1000), false);
  assert.equal(mayAsk({ attempts: 1, busy: 0 }, 10), false);
});

test("what is usual is what 95 of 100 of the last 256 first bytes took; a few tell nothing yet", () => {
  const pace = startPace();
  for (let ms = 1; ms <= 7; ms++) pace.saw(ms);
  assert.equal(pace.usual, undefined);
  for (let ms = 1; ms <= 400; ms++) pace.saw(ms);
  // 145 to 400 are remembered; 243 of these 256 are less than 388.
  assert.equal(pace.usual, 388);
});

test("two requests are doubled at first, two more for every hundred, and a hedge that won allows two", () => {
  const pace = startPace();
  const taken = () => [1, 2, 3, 4, 5].filter(() => pace.mayHedge()).length;
  assert.equal(taken(), 2);
  for (let nth = 0; nth < 112; nth++) pace.saw(1);
  assert.equal(taken(), 2);
  pace.won();
  assert.equal(taken(), 2);
});

describe("something small is done again", () => {
  /** Fails with each of these errors, one an attempt, then answers; tells how often it was tried, and which anew. */
  async function tried(errors: readonly unknown[], signal = new AbortController().signal, left = 10_000) {
    const anew: boolean[] = [];
    const attempt = async (fresh: boolean) => {
      const error = errors[anew.push(fresh) - 1];
      if (error) throw error;
      return "done";
    };
    const outcome = await again(attempt, signal, () => left).catch((error: unknown) => error);
    return { outcome, anew };
  }

  test("over a new connection where one broke, over the same where the store was busy", async () => {
    const { outcome, anew } = await tried([fault("ECONNRESET"), new StoreError(503, "SlowDown")]);
    assert.deepEqual([outcome, anew], ["done", [false, true, false]]);
  });

  test("not after an answer, nor when the time is up", async () => {
    const answer = new StoreError(404, "NoSuchKey");
    assert.deepEqual(await tried([answer]), { outcome: answer, anew: [false] });
    const busy = new StoreError(503, "SlowDown");
    assert.deepEqual(await tried([busy], AbortSignal.abort()), { outcome: busy, anew: [false] });
    assert.deepEqual(await tried([busy], undefined, 20), { outcome: busy, anew: [false] });
  });
});
