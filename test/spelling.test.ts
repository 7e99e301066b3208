import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean } from "../lib/spelling.ts";

const names = ["sourceBuckets", "newSourceBucket", "memory", "timeout"];

test("a letter left out, put in, mistaken or swapped, another case and dashes are still the word", () => {
  for (const [given, meant] of [
    ["sourceBukets", "sourceBuckets"],
    ["sourceBucket", "sourceBuckets"],
    ["source-buckets", "sourceBuckets"],
    ["SOURCE_BUCKETS", "sourceBuckets"],
    ["memroy", "memory"],
    ["timeouts", "timeout"],
    ["timout", "timeout"],
  ] as const) {
    assert.equal(didYouMean(given, names), `, did you mean ${meant}?`);
  }
});

test("another word is not", () => {
  for (const given of ["buckets", "time", "", "mem"]) {
    assert.equal(didYouMean(given, names, "; there is memory"), "; there is memory");
  }
  assert.equal(didYouMean("x", []), "");
});
