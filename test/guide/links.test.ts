import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const guides = ["README.md", "CHANGELOG.md", ...globSync("{lib,lambda}/**/*.md", { cwd: root })];
const read = (guide: string) => readFileSync(join(root, guide), "utf8");

/** What a heading is linked by, as pages of repositories make it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

const anchorsIn = (guide: string) =>
  [...read(guide).matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) => anchorOf(text));

describe("what a guide leads to is there", () => {
  for (const guide of guides) {
    test(guide, () => {
      const links = [...read(guide).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
      for (const [link, path = "", anchor] of links) {
        const target = path === "" ? guide : join(dirname(guide), path);
        assert.ok(existsSync(join(root, target)), link);
        if (anchor !== undefined) assert.ok(anchorsIn(target).includes(anchor), link);
      }
    });
  }
});

test("what README calls a guide is one, and no guide is left out", () => {
  const listed = [...read("README.md").matchAll(/^\| \[([\w/]+\.md)\]/gm)].map(([, guide = ""]) => guide);
  assert.deepEqual(listed.toSorted(), guides.filter((guide) => guide !== "README.md").toSorted());
});
