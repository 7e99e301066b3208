import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerStale, answerSteppedDown } from "../../lambda/answer/passing.ts";

const answerSaying = (cacheControl: string) => ({
  status: 200,
  body: "x",
  headers: { "Cache-Control": cacheControl, ETag: '"e"', "Last-Modified": "Thu, 01 Jan 1970 00:00:00 GMT" },
});
const answer = answerSaying("max-age=999, public");

test("an answer made of an old source says so, and holds for a moment only", () => {
  assert.deepEqual(answerStale(answer), {
    status: 200,
    body: "x",
    headers: {
      ...answer.headers,
      "Cache-Control": "max-age=10, public",
      Warning: '110 - "Response is Stale"',
    },
  });
});

test("an answer of less than was asked holds for a minute, and nobody can ask whether it still holds", () => {
  assert.deepEqual(answerSteppedDown(answer).headers, { "Cache-Control": "max-age=60, public" });
});

describe("neither holds for longer, or for more, than it would have", () => {
  for (const said of [
    "max-age=5, public",
    "private, max-age=999",
    "no-store",
    "no-cache",
    "max-age=0, public",
  ]) {
    test(said, () => {
      for (const passing of [answerStale, answerSteppedDown])
        assert.equal(passing(answerSaying(said)).headers["Cache-Control"], said);
    });
  }

  test("shared caches are no exception", () => {
    for (const said of ["max-age=5, s-maxage=999", "s-maxage=5, max-age=999"])
      assert.equal(answerSteppedDown(answerSaying(said)).headers["Cache-Control"], "max-age=5, public");
  });
});
