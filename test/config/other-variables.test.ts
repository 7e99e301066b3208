import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { otherVariables, whyNothing } from "../../lambda/config/other-variables.ts";
import { variables } from "../../lambda/config/variables.ts";

const specification = new URL("../../../shared/spec/imgproxy.md", import.meta.url);
const missing = existsSync(specification) ? false : "imgproxy's specification is not beside the project";

const ours: ReadonlySet<string> = new Set(Object.values(variables).map(({ name }) => name));

test("every variable the specification names is built, or listed with the reason why not", {
  skip: missing,
}, () => {
  const named = readFileSync(specification, "utf8").match(/\bIMGPROXY_[A-Z0-9_]*[A-Z0-9]\b(?![_{])/g) ?? [];
  assert.ok(new Set(named).size > 100, `${new Set(named).size}`);
  const unsaid = [...new Set(named)].filter((name) => !ours.has(name) && whyNothing(name) === undefined);
  assert.deepEqual(unsaid, []);
});

test("a variable is listed once, and what is built is not listed", () => {
  const names = otherVariables.flatMap((other) => other.names);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    names.filter((name) => ours.has(name)),
    [],
  );
  for (const { reason } of otherVariables) assert.match(reason, /^\p{L}[^|]+[^.]$/u);
});

test("variables of imgproxy's are told from those of nobody", () => {
  assert.match(whyNothing("IMGPROXY_WORKERS") ?? "", /one request at a time/);
  assert.match(whyNothing("IMGPROXY_GCS_KEY") ?? "", /another cloud/);
  assert.equal(whyNothing("IMGPROXY_QUALITY"), undefined);
  assert.equal(whyNothing("IMGPROXY_JPEG_PROGRESSIVE"), undefined);
  assert.equal(whyNothing("IMGPROXY_QUALTIY"), undefined);
});
