import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type TestContext, test } from "node:test";
import { installedSharp } from "../../lib/stack/sharp.ts";

const binaries = {
  sharp: "@img/sharp-linux-arm64/lib/sharp-linux-arm64.node",
  libvips: "@img/sharp-libvips-linux-arm64/lib/libvips-cpp.so.8",
};

/** An empty folder to install in, with an npm on the PATH that does as the script says and writes down every call. */
function withNpm(t: TestContext, script: string) {
  const [home, bin] = [mkdtempSync(join(tmpdir(), "sharp-")), mkdtempSync(join(tmpdir(), "npm-"))];
  const calls = join(bin, "calls");
  writeFileSync(calls, "");
  writeFileSync(join(bin, "npm"), `#!/bin/sh\necho "$*" >>'${calls}'\n${script}\n`, { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${bin}${delimiter}${PATH}`;
  t.after(() => {
    process.env.PATH = PATH;
    for (const folder of [home, bin]) rmSync(folder, { recursive: true });
  });
  return { home, calls: () => readFileSync(calls, "utf8").trim().split("\n").filter(Boolean) };
}

/** An npm that installs sharp, and these of what is optional. */
const installing = (...files: readonly string[]) =>
  ["sharp/package.json", ...files]
    .map((file) => `mkdir -p "$(dirname 'node_modules/${file}')"; echo {} >'node_modules/${file}'`)
    .join("\n");

test("where npm passed over what sharp needs on the CPU, that is one sentence, and nothing is kept", (t) => {
  for (const [there, gone] of [
    [[], "@img/sharp-linux-arm64 and @img/sharp-libvips-linux-arm64"],
    [[binaries.sharp], "@img/sharp-libvips-linux-arm64"],
    [[binaries.libvips], "@img/sharp-linux-arm64"],
  ] as const) {
    const { home } = withNpm(t, installing(...there));
    assert.throws(() => installedSharp("arm64", home), {
      message: `${gone}: not in the function's asset, for npm passes over optional packages it cannot fetch; the function would die at its start, so see that npm's registry has them and try again`,
    });
    assert.deepEqual(readdirSync(home), []);
  }
});

test("where npm fails, that is one sentence, and nothing is kept", (t) => {
  const { home } = withNpm(t, "echo 'npm error code E404\nnpm error 404 Not Found' >&2; exit 1");
  assert.throws(() => installedSharp("arm64", home), {
    message: "sharp for arm64: npm could not install it: npm error code E404; npm error 404 Not Found",
  });
  assert.deepEqual(readdirSync(home), []);
});

test("it is installed once for a lock and a CPU", (t) => {
  const { home, calls } = withNpm(t, installing(binaries.sharp, binaries.libvips));
  const folder = installedSharp("arm64", home);
  assert.equal(installedSharp("arm64", home), folder);
  assert.equal(calls().length, 1);
  assert.match(calls()[0] ?? "", /^ci .*--os=linux --cpu=arm64 --libc=glibc$/);
  assert.deepEqual(readdirSync(folder).sort(), ["node_modules", "package.json"]);
});

test("one that lost a part is installed again, and one of an earlier lock goes", (t) => {
  const { home, calls } = withNpm(t, installing(binaries.sharp, binaries.libvips));
  const folder = installedSharp("arm64", home);
  rmSync(join(folder, "node_modules", binaries.libvips));
  writeFileSync(join(home, "arm64-earlier"), "");
  assert.equal(installedSharp("arm64", home), folder);
  assert.equal(calls().length, 2);
  assert.deepEqual(
    readdirSync(home).map((name) => join(home, name)),
    [folder],
  );
});
