import assert from "node:assert/strict";
import { test } from "node:test";
import { answerStale, answerSteppedDown } from "../../lambda/answer/passing.ts";

test("an answer made of an old source says so, and holds for a moment only", () => {
  const answer = { status: 200, body: "x", headers: { "Cache-Control": "max-age=999, public", ETag: '"e"' } };
  assert.deepEqual(answerStale(answer), {
    status: 200,
    body: "x",
    headers: { "Cache-Control": "max-age=10, public", ETag: '"e"', Warning: '110 - "Response is Stale"' },
  });
});

test("an answer of less than was asked holds for a minute", () => {
  const answer = { status: 200, body: "x", headers: { "Cache-Control": "max-age=999, public", ETag: '"e"' } };
  assert.deepEqual(answerSteppedDown(answer).headers, { "Cache-Control": "max-age=60, public", ETag: '"e"' });
});
