import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Variable, wildcard } from "../../lambda/config/kinds.ts";
import { readConfig, variables } from "../../lambda/config/variables.ts";
import { oracle } from "../oracle.ts";

interface Env {
  readonly type: string;
  readonly input: string;
  readonly want?: unknown;
  readonly error?: boolean;
}

/** A variable of ours for each of imgproxy's types that we read. */
const kinds: readonly (readonly [type: string, variable: Variable<never> | Variable])[] = [
  ["bool", variables.autoWebp],
  ["float", variables.maxSrcResolution],
  ["int", variables.ttl],
  ["durationSeconds", variables.downloadTimeout],
  ["stringSlice", variables.s3AllowedBuckets],
  ["imageTypes", variables.preferredFormats],
];

describe("values are read as imgproxy reads them", () => {
  for (const [type, variable] of kinds) {
    for (const { input, want, error } of oracle<Env>("env").filter((vector) => vector.type === type)) {
      const skip = (input === "-1" && "ours has a lower bound") || (want === null && "unset");
      test(`${type} ${JSON.stringify(input)}`, { skip }, () => {
        const read = variable.read as (text: string) => unknown;
        if (error) assert.equal(read(input.trim()), undefined);
        else assert.deepEqual(read(input.trim()), want);
      });
    }
  }
});

describe("patterns match what imgproxy's match", () => {
  for (const vector of oracle<{ pattern: string; matches: string[]; notMatches: string[] }>("urlPatterns")) {
    test(vector.pattern, () => {
      const matches = (text: string) => wildcard(vector.pattern).test(text);
      assert.deepEqual(
        [vector.matches.map(matches), vector.notMatches.map(matches)],
        [vector.matches.map(() => true), vector.notMatches.map(() => false)],
      );
    });
  }
});

test("30 and 30s are both thirty seconds", () => {
  const timeout = (text: string) => readConfig({ IMGPROXY_DOWNLOAD_TIMEOUT: text }).downloadTimeout;
  assert.deepEqual(
    [timeout("30"), timeout("30s"), timeout(" "), readConfig({}).downloadTimeout],
    [30, 30, 5, 5],
  );
});

test("a nonsense value is one sentence that names its variable", () => {
  assert.throws(() => readConfig({ IMGPROXY_QUALITY: "101" }), {
    message: 'IMGPROXY_QUALITY: expected an integer from 1 to 100, got "101"',
  });
});

test("a secret is not repeated in its sentence", () => {
  assert.throws(
    () => readConfig({ IMGPROXY_KEY: "xyz" }),
    ({ message }: Error) => !message.includes("xyz"),
  );
});

test("every key needs its salt", () => {
  assert.throws(() => readConfig({ IMGPROXY_KEY: "aa,bb", IMGPROXY_SALT: "cc" }), /as many keys as salts/);
});

test("a blank query separator splits nothing, an unset one is ?", () => {
  const separator = (text?: string) =>
    readConfig({ IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: text }).sourceQuerySeparator;
  assert.deepEqual([separator(""), separator()], ["", "?"]);
});
