import assert from "node:assert/strict";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, test } from "node:test";
import { oracle } from "../oracle.ts";
import { toCome } from "./to-come.ts";

const vectors = new URL("../../../shared/spec/vectors/", import.meta.url);
const missing = existsSync(vectors) ? false : "imgproxy's vectors are not beside the project";

const groupsIn = (folder: URL) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => basename(name, ".json"));

const given = missing ? [] : groupsIn(vectors);
const vectorsOf = (group: string) =>
  JSON.parse(readFileSync(new URL(`${group}.json`, vectors), "utf8")).vectors;

/** Vectors of our own, for others to test against. */
const own = "signing";
const copied = groupsIn(new URL(".", import.meta.url)).filter((group) => group !== own);

describe("every group of imgproxy's vectors is run whole, or is to come", { skip: missing }, () => {
  for (const group of given) {
    test(group, () => {
      if (!Object.hasOwn(toCome, group)) assert.deepEqual(oracle(group), vectorsOf(group));
      else
        assert.deepEqual([toCome[group]?.vectors, copied.includes(group)], [vectorsOf(group).length, false]);
    });
  }

  test("and there are no others", () => {
    assert.deepEqual([...copied, ...Object.keys(toCome)].sort(), given);
  });
});

test("every copied group is read by a test that stands under its name", () => {
  const tests = globSync(new URL("../**/*.test.ts", import.meta.url).pathname).map((file) =>
    readFileSync(file, "utf8"),
  );
  const run = copied.filter((group) =>
    tests.some(
      (text) => text.includes(`describe("${group}: `) && new RegExp(`oracle<.*>\\(\\s*"${group}"`).test(text),
    ),
  );
  assert.deepEqual(run, copied);
});

describe("what is to come", () => {
  for (const [group, { vectors, reason }] of Object.entries(toCome))
    test(`${group}: ${vectors} vectors`, { skip: reason });
});
