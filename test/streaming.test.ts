import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readConfig } from "../lambda/config/variables.ts";
import { Deadline } from "../lambda/deadline.ts";
import type { HttpResponse } from "../lambda/http.ts";
import { isSendable, streamingMs, streams } from "../lambda/streaming.ts";
import { stopClock } from "./clock.ts";

const [MB, s] = [1_000_000, 1000];

test("the first 6 MB leave at 10 MB a second, the rest at 2", () => {
  for (const [bytes, ms] of [
    [0, 0],
    [100_000, 10],
    [6 * MB, 600],
    [12 * MB, 600 + 3 * s],
    [60 * MB, 600 + 27 * s],
    [200 * MB, 600 + 97 * s],
  ] as const) {
    assert.equal(streamingMs(bytes), ms, `${bytes} bytes`);
  }
});

test("more bytes never take less time", () => {
  const bytes = fc.nat(200 * MB);
  fc.assert(fc.property(bytes, bytes, (a, b) => streamingMs(a) <= streamingMs(a + b)));
});

test("what takes longer than is left is not streamed; a tenth of a second is always there", (t) => {
  stopClock(t);
  const within = (bytes: number, ms: number) => streams(bytes, Deadline.in(ms));
  assert.equal(within(12 * MB, 3500), true);
  assert.equal(within(12 * MB, 3499), false);
  assert.equal(within(1 * MB, 0), true);
  assert.equal(within(1 * MB + 1, 0), false);
});

test("more than 200 MB are never streamed", () => {
  assert.equal(streams(200 * MB, Deadline.in(900 * s)), true);
  assert.equal(streams(200 * MB + 1, Deadline.in(900 * s)), false);
});

test("what can be sent is a matter of 6 MB of JSON where nothing is streamed, of the time left where it is", (t) => {
  stopClock(t);
  const answer = (bytes: number): HttpResponse => ({ status: 200, headers: {}, body: new Uint8Array(bytes) });
  const sendable = (bytes: number, streaming: string, ms: number) =>
    isSendable(answer(bytes), { config: configOf(streaming) }, Deadline.in(ms));
  const configOf = (streaming: string) => readConfig({ SHUTTERSPEED_RESPONSE_STREAMING: streaming });
  assert.deepEqual([sendable(4.7 * MB, "false", 0), sendable(4.8 * MB, "false", 60 * s)], [true, false]);
  assert.deepEqual([sendable(4.7 * MB, "true", 300), sendable(4.8 * MB, "true", 60 * s)], [false, true]);
  const ofAServer = { config: configOf("true"), responseLimit: Infinity };
  assert.equal(
    isSendable(answer(300 * MB), ofAServer, Deadline.in(0)),
    true,
    "a server of one's own has neither limit",
  );
});
