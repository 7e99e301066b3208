import assert from "node:assert/strict";
import { test } from "node:test";
import { spansOf } from "./covered.ts";
import { isEquivalent } from "./equivalent.ts";
import { mutantsOf } from "./mutants.ts";
import { rowOf } from "./report.ts";
import { sample } from "./sample.ts";

test("the same seed takes the same mutants, wherever the code stands", () => {
  const code = Array.from({ length: 40 }, (_, nth) => `f(${nth})`).join("\n");
  const moved = { "a/x.ts": `\n\n// moved\n${code}`, "b/y.ts": code };
  const take = (files: Readonly<Record<string, string>>, seed: string) =>
    sample(
      Object.entries(files).flatMap(([file, source]) => mutantsOf(file, source)),
      { seed, count: 20, valid: ({ before }) => before !== "7" },
    ).taken.map(({ before, after }) => `${before} ${after}`);
  const taken = take({ "a/x.ts": code, "a/y.ts": code }, "1");
  assert.equal(taken.length, 20);
  assert.ok(!taken.includes("7 8"));
  assert.deepEqual(take(moved, "1"), taken);
  assert.notDeepEqual(take(moved, "2"), taken);
});

test("each folder has the share its places have, and no more than it has", () => {
  const source = (places: number) => "a;b(c < d);".repeat(places);
  const all = [["a/1.ts", 10] as const, ["a/2.ts", 20] as const, ["b/1.ts", 60] as const].flatMap(
    ([file, places]) => mutantsOf(file, source(places)).filter(({ operator }) => / |y/.test(operator)),
  );
  const taken = (count: number) => {
    const files = sample(all, { seed: "1", count, valid: () => true }).taken.map(({ file }) => file);
    return ["a/1.ts", "a/2.ts", "b/1.ts"].map((file) => files.filter((one) => one === file).length);
  };
  assert.deepEqual(taken(9), [1, 2, 6]);
  assert.deepEqual(taken(1000), taken(180));
});

test("the innermost range of a report decides what ran", () => {
  const range = (startOffset: number, endOffset: number, count: number) => ({
    startOffset,
    endOffset,
    count,
  });
  const functions = [
    { functionName: "", ranges: [range(0, 100, 1)] },
    { functionName: "f", ranges: [range(20, 60, 2), range(30, 40, 0)] },
    { functionName: "g", ranges: [range(70, 80, 0)] },
  ];
  assert.deepEqual(spansOf({ url: "", functions }), [
    [0, 30],
    [40, 70],
    [80, 100],
  ]);
});

test("an equivalent mutant lies within a text that stands once in its file", () => {
  const source = "f(a < b); g(a < b); h(c < d)";
  const known = (text: string) => [{ file: "a.ts", operator: "boundary", text, reason: "" }];
  const found = (text: string) =>
    mutantsOf("a.ts", source)
      .filter((mutant) => isEquivalent(mutant, source, known(text)))
      .map(({ start }) => start);
  assert.deepEqual(found("g(a < b)"), [12]);
  assert.deepEqual(found("a < b"), []);
  assert.deepEqual(found("c <"), []);
});

test("the score counts what timed out as noticed, and the equivalent not at all", () => {
  const [mutant] = mutantsOf("a.ts", "a < b");
  assert.ok(mutant);
  const verdicts = ["killed", "timed out", "survived", "not covered", "equivalent"] as const;
  const row = rowOf(
    "all",
    verdicts.map((verdict) => ({ ...mutant, verdict })),
  );
  assert.deepEqual([row.mutants, row.score], [5, 50]);
});
