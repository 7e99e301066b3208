import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawing } from "../../lambda/url/drawing-version.ts";
import project from "../../package.json" with { type: "json" };
import { differing, draw, written } from "./drawn/cases.ts";

test("what draws is named in every key: pixels do not change without its version", async () => {
  const before = written();
  assert.deepEqual(
    before.drawing,
    drawing,
    "the hashes were written for another version: node test/image/drawn/write.ts",
  );
  assert.deepEqual(
    differing(before, await draw()),
    [],
    "they are drawn differently now: raise the version in lambda/url/drawing-version.ts, then node test/image/drawn/write.ts",
  );
});

test("the sharp that is named is the one that is deployed, and the one that draws here", () => {
  assert.equal(drawing.sharp, project.devDependencies.sharp);
  assert.equal(drawing.sharp, sharp.versions.sharp);
});
