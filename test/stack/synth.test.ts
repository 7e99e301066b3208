import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
/** A shell without anything of AWS's. */
const shell = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_/.test(name)));

/** Runs `npm run synth` with such context, and counts the seconds of CPU it took. */
function synth(context: string) {
  const began = performance.now();
  const script = `npm run synth -- ${context}; status=$?; times >&2; exit $status`;
  const home = { HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true" };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", script], {
    cwd: root,
    encoding: "utf8",
    env: {
      ...shell,
      ...home,
      npm_config_cache: join(root, ".local/npm"),
      npm_config_update_notifier: "false",
    },
  });
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s [\d.ms]+\s*$(?![\s\S]*^\d+m)/m.exec(stderr) ?? [];
  return {
    status,
    stdout,
    stderr,
    cpu: Number(minutes) * 60 + Number(seconds),
    ms: performance.now() - began,
  };
}

test("npm run synth takes no credentials, 10 s at most, and names what it wrote", (t) => {
  const context = "-c newSourceBucket=true -c unsigned=true";
  const first = synth(context);
  if (/could not install/.test(first.stderr + first.stdout)) return t.skip("npm cannot fetch sharp here");
  const { status, stdout, stderr, cpu, ms } = synth(context);
  assert.equal(status, 0, stderr);
  assert.ok(cpu <= 10, `${cpu} s of CPU`);
  t.diagnostic(`${cpu} s of CPU, ${(ms / 1000).toFixed(1)} s in all`);

  const lines = stdout.split("\n").filter((line) => line.startsWith("cdk.out"));
  assert.match(lines.join("\n"), /^cdk\.out\/Shutterspeed\.template\.json {2}[\d.]+ MB {2}\d+ resources$/m);
  const [path = "", size] = lines.find((line) => line.includes("Images/Function/Code"))?.split("  ") ?? [];
  const asset = join(root, path);
  const entries = readdirSync(asset, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  assert.ok(bytes <= 30_000_000, `${bytes} bytes`);
  assert.equal(size, `${(bytes / 1e6).toFixed(2)} MB`);
  assert.deepEqual(
    entries.filter((entry) => lstatSync(join(entry.parentPath, entry.name)).isSymbolicLink()),
    [],
  );
  assert.ok(
    files.some((file) => file.endsWith("sharp-linux-arm64.node") || /sharp-linux-arm64.*\.node$/.test(file)),
  );
});
