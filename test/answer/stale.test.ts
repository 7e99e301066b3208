import assert from "node:assert/strict";
import { test } from "node:test";
import { answerStale } from "../../lambda/answer/stale.ts";

test("an answer made of an old source says so, and holds for a moment only", () => {
  const answer = { status: 200, body: "x", headers: { "Cache-Control": "max-age=999, public", ETag: '"e"' } };
  assert.deepEqual(answerStale(answer), {
    status: 200,
    body: "x",
    headers: { "Cache-Control": "max-age=10, public", ETag: '"e"', Warning: '110 - "Response is Stale"' },
  });
});
