import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { serverVariables } from "../../lib/server/variables.ts";
import { bundling } from "../../lib/stack/bundling.ts";
import project from "../../package.json" with { type: "json" };

const root = join(import.meta.dirname, "../..");
const read = (name: string) => readFileSync(join(root, "lib/server", name), "utf8");

test("what the Dockerfile copies is there, and let in", () => {
  const dockerfile = read("Dockerfile");
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = ""]) =>
    names.split(" "),
  );
  assert.ok(copied.includes("package-lock.json"));
  const letIn: readonly string[] = read("Dockerfile.dockerignore").match(/(?<=^!).+/gm) ?? [];
  for (const name of [...copied.filter((one) => one !== "."), ...letIn]) {
    assert.equal(globSync(name, { cwd: root }).length, 1, name);
  }
  for (const name of copied.filter((one) => one !== ".")) assert.ok(letIn.includes(name), name);
  // What the package is made of.
  for (const name of project.files.filter((one) => one !== "dist")) {
    assert.ok(
      letIn.some((one) => name === one || name.startsWith(`${one}/`)),
      name,
    );
  }
});

test("the image is of the Node the function runs on, and runs as nobody who may do more", () => {
  const stages = read("Dockerfile").match(/^FROM .*$/gm) ?? [];
  assert.ok(stages.length > 1);
  for (const stage of stages)
    assert.ok(stage.startsWith(`FROM node:${bundling.target.slice("node".length)}-slim`));
  const last =
    read("Dockerfile")
      .split(/^FROM /m)
      .at(-1) ?? "";
  assert.match(last, /^USER node$/m);
  assert.match(last, /^HEALTHCHECK .*\n.*"serve", "--health"\]$/m);
  assert.match(last, /^CMD \["serve"\]$/m);
  assert.match(last, new RegExp(`^EXPOSE ${serverVariables.port.default}$`, "m"));
});
