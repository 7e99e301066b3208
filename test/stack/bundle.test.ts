import assert from "node:assert/strict";
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { bundle } from "../../lib/stack/asset.ts";
import { isPart } from "../../lib/stack/bundling.ts";
import project from "../../package.json" with { type: "json" };
import { heic } from "../image/heics.ts";
import { assetFiles } from "./asset-files.ts";

const cpus = { arm64: Architecture.ARM_64, x64: Architecture.X86_64 };
const folders = Object.entries(cpus).map(([cpu, architecture]) => {
  const folder = mkdtempSync(join(tmpdir(), "shutterspeed-bundle-"));
  bundle(folder, architecture, { IMGPROXY_PRESETS_PATH: import.meta.filename });
  return { cpu, folder };
});
after(() => {
  for (const { folder } of folders) rmSync(folder, { recursive: true });
});
const json = (...path: readonly string[]) => JSON.parse(readFileSync(join(...path), "utf8"));

test("the bundle is the handler, what it starts, what they share, the files its variables name, sharp and the codecs beside it, for the function's CPU and no other", () => {
  for (const { cpu, folder } of folders) {
    const names = readdirSync(folder).filter((name) => !isPart(name));
    assert.deepEqual(names.sort(), ["IMGPROXY_PRESETS_PATH", ...assetFiles]);
    const shipped = readFileSync(join(folder, "IMGPROXY_PRESETS_PATH"));
    assert.ok(shipped.equals(readFileSync(import.meta.filename)));
    assert.deepEqual(readdirSync(join(folder, "node_modules")).sort(), [
      "@img",
      "@jsquash",
      "detect-libc",
      "libheif-js",
      "semver",
      "sharp",
    ]);
    assert.deepEqual(readdirSync(join(folder, "node_modules/@img")).sort(), [
      "colour",
      `sharp-libvips-linux-${cpu}`,
      `sharp-linux-${cpu}`,
    ]);
  }
});

test("what it loads is machine code of its CPU", () => {
  // e_machine of ELF: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html, and AArch64's own.
  const machines = { arm64: 183, x64: 62 };
  for (const { cpu, folder } of folders) {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const libraries = names.filter((name) => /\.node$|\.so[.\d]*$/.test(name));
    assert.equal(libraries.length, 2, libraries.join());
    for (const name of libraries) {
      const header = readFileSync(join(folder, name)).subarray(0, 20);
      assert.equal(header.subarray(0, 4).toString("latin1"), "\x7fELF", name);
      const [, machine] = Object.entries(machines).find(([known]) => known === cpu) ?? [];
      assert.equal(header.readUInt16LE(18), machine, name);
    }
  }
});

test("its sharp is the project's sharp", () => {
  for (const { cpu, folder } of folders) {
    const modules = join(folder, "node_modules");
    assert.equal(json(modules, "sharp/package.json").version, project.devDependencies.sharp);
    assert.equal(
      json(modules, `@img/sharp-linux-${cpu}/package.json`).version,
      project.devDependencies.sharp,
    );
  }
});

test("it holds no links, and is far from the 250 MB a function may have", () => {
  for (const { folder } of folders) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    assert.deepEqual(
      entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name),
      [],
    );
    const sizes = entries.map((entry) => statSync(join(entry.parentPath, entry.name)).size);
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 30_000_000);
  }
});

test("the handler is below 600 KB, and holds no way to credentials but the environment", () => {
  for (const { folder } of folders) {
    const code = readFileSync(join(folder, "handler.mjs"), "utf8");
    assert.ok(code.length < 600_000, `${code.length} bytes`);
    assert.doesNotMatch(code, /AWS_SHARED_CREDENTIALS_FILE.*sso_start_url/s);
    assert.doesNotMatch(code, /sso-oidc/);
  }
});

test("what purges, and what copies keys, is below 100 KB each", () => {
  for (const { folder } of folders)
    for (const name of ["purge.mjs", "deployed-keys.mjs", "sample-urls.mjs"])
      assert.ok(statSync(join(folder, name)).size < 100_000, name);
});

test("on a CPU like this one's what it starts loads its codecs from where they are", async (t) => {
  const own = folders.find(({ cpu }) => process.platform === "linux" && cpu === process.arch);
  if (!own) return t.skip(`neither ${Object.keys(cpus).join(" nor ")} on Linux`);

  const child = fork(join(own.folder, "drawing-process.mjs"), { serialization: "advanced", execArgv: [] });
  t.after(() => child.kill());
  child.send({ file: { bytes: heic({ grid: [2, 1] }) }, left: 5000 });
  const [{ info }] = await once(child, "message");
  assert.deepEqual([info.width, info.height, info.format], [128, 64, "heic"]);
});

test("on a CPU like this one's it loads, with a sharp that draws", async (t) => {
  const own = folders.find(({ cpu }) => process.platform === "linux" && cpu === process.arch);
  if (!own) return t.skip(`neither ${Object.keys(cpus).join(" nor ")} on Linux`);

  for (const name of [
    "handler.mjs",
    "deployed-keys.mjs",
    "emptied-bucket.mjs",
    "purge.mjs",
    "sample-urls.mjs",
  ]) {
    const loaded: { handler?: unknown } = await import(pathToFileURL(join(own.folder, name)).href);
    assert.equal(typeof loaded.handler, "function", name);
  }
  const sharp = createRequire(join(own.folder, "handler.mjs"))("sharp");
  const create = { width: 3, height: 2, channels: 3, background: "red" };
  const { info } = await sharp({ create }).avif().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [3, 2]);
});

test("loading it leaves undici alone, which Node brings along with node:http where that is imported as a module", async () => {
  const { folder } = folders.find(({ cpu }) => cpu === process.arch) ?? folders[0] ?? { folder: "" };
  const handler = pathToFileURL(join(folder, "handler.mjs")).href;
  const program = `await import(${JSON.stringify(handler)}); process.stdout.write(process.moduleLoadList.join("\\n")); process.exit(0)`;
  const child = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  const loaded = child.stdout.split("\n");
  assert.ok(loaded.includes("NativeModule https"), child.stderr);
  assert.deepEqual(
    loaded.filter((name) => name.includes("undici")),
    [],
  );
});
