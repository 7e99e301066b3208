import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { configOf, pairsOf, readPairs, writePairs } from "../../lambda/keys/pairs.ts";

test("a secret holds pairs of key and salt, or one string whose halves they are", () => {
  assert.deepEqual(readPairs("61:62"), [{ key: "61", salt: "62" }]);
  assert.deepEqual(readPairs(" 61:62,6364:65\n"), [
    { key: "61", salt: "62" },
    { key: "6364", salt: "65" },
  ]);
  assert.deepEqual(readPairs("0a0b1c1d"), [{ key: "0a0b", salt: "1c1d" }]);
});

test("what is no key is refused, in a sentence that does not tell it", () => {
  for (const secret of ["", "  ", ":", "61", "61:", ":62", "61:62:63", "zz:62", "{}", "0a0b1c"])
    assert.throws(() => readPairs(secret), {
      message: "signing keys: expected pairs of key:salt in hex, separated by commas",
    });
});

test("pairs go to the edge and to the configuration and back", () => {
  const pairs = readPairs("61:62,6364:65");
  assert.equal(writePairs(pairs), "61:62,6364:65");
  assert.deepEqual(pairsOf(configOf(pairs)), pairs);
  assert.deepEqual(pairsOf(readConfig({ IMGPROXY_KEY: "61,6364", IMGPROXY_SALT: "62,65" })), pairs);
});

test("more than the edge's store takes is refused", () => {
  const pair = { key: "a".repeat(64), salt: "b".repeat(64) };
  assert.equal(writePairs(Array(7).fill(pair)).length, 7 * 130 - 1);
  assert.throws(() => writePairs(Array(8).fill(pair)), {
    message: /^signing keys: expected at most 1024 characters, .*, got 1039; revoke an old one$/,
  });
});
