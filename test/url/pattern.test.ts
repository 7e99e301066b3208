import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { matchPattern } from "../../lambda/url/pattern.ts";
import { oracle } from "../oracle.ts";

describe("urlPatterns: patterns match what imgproxy's match", () => {
  for (const vector of oracle<{ pattern: string; matches: string[]; notMatches: string[] }>("urlPatterns")) {
    test(vector.pattern, () => {
      const matches = (text: string) => matchPattern(vector.pattern, text) !== undefined;
      assert.deepEqual(
        [vector.matches.map(matches), vector.notMatches.map(matches)],
        [vector.matches.map(() => true), vector.notMatches.map(() => false)],
      );
    });
  }
});

/** As imgproxy has it: a regular expression, greedy, tried back and forth. */
function asRegExp(pattern: string): RegExp {
  const literals = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literals.join("([^/]*)")}`);
}

test("each * stands for what it would in imgproxy's regular expression", () => {
  const textOf = (...words: string[]) =>
    fc.array(fc.constantFrom(...words), { maxLength: 9 }).map((made) => made.join(""));
  const property = fc.property(textOf("a", "b", "*", "/", "*"), textOf("a", "b", "/"), (pattern, text) => {
    const match = asRegExp(pattern).exec(text);
    assert.deepEqual(matchPattern(pattern, text), match ? [...match] : undefined);
  });
  fc.assert(property, { numRuns: 5000 });
});

test("a pattern of many * is matched in no time", () => {
  const began = performance.now();
  for (const open of ["", "/"]) {
    assert.equal(
      matchPattern(`s3://${"*a".repeat(30)}b${open}`, `s3://${"a".repeat(8000)}${open}`),
      undefined,
    );
  }
  assert.ok(performance.now() - began < 20);
});
