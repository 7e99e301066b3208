import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { localKeys, signingKeys } from "../../lib/local/keys.ts";

const module = new URL("../../lib/local/keys.ts", import.meta.url).href;
const folderOf = async (t: { after(end: () => Promise<void>): void }) => {
  const folder = await mkdtemp(join(tmpdir(), "keys-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
};

test("keys made once are the keys of tomorrow", async (t) => {
  const folder = await folderOf(t);
  const made = signingKeys(folder);
  assert.match(made.IMGPROXY_KEY, /^[0-9a-f]{64}$/);
  assert.deepEqual(signingKeys(folder), made);
  assert.deepEqual(await readdir(folder), ["keys.json"]);
});

test("nobody but its owner may read the file, or write it", async (t) => {
  const folder = await folderOf(t);
  signingKeys(folder);
  const { mode } = await stat(join(folder, "keys.json"));
  assert.equal((mode & 0o777).toString(8), "600");
});

test("several programs that make them at once have the same", async (t) => {
  const folder = await folderOf(t);
  const program = `import { signingKeys } from ${JSON.stringify(module)}; console.log(JSON.stringify(signingKeys(${JSON.stringify(folder)})))`;
  const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  const told = await Promise.all(Array.from({ length: 6 }, run));
  assert.equal(new Set(told.map(({ stdout }) => stdout)).size, 1);
});

test("a file that holds no keys is said, not overwritten", async (t) => {
  const folder = await folderOf(t);
  for (const text of [
    "{}",
    "{",
    '{"IMGPROXY_KEY":"xx","IMGPROXY_SALT":"aa"}',
    '{"IMGPROXY_KEY":"aa,bb","IMGPROXY_SALT":"aa"}',
  ]) {
    await writeFile(join(folder, "keys.json"), text);
    assert.throws(() => signingKeys(folder), /keys\.json: expected IMGPROXY_KEY and IMGPROXY_SALT in hex/);
  }
});

test("several pairs are written as the variables say them, by their owner for nobody else", async (t) => {
  const folder = await folderOf(t);
  const kept = localKeys(folder);
  const [made] = await kept.read();
  assert.ok(made);
  await kept.write([{ key: "61", salt: "62" }, made]);
  assert.deepEqual(signingKeys(folder), {
    IMGPROXY_KEY: `61,${made.key}`,
    IMGPROXY_SALT: `62,${made.salt}`,
  });
  assert.deepEqual(await kept.read(), [{ key: "61", salt: "62" }, made]);
  assert.deepEqual(await readdir(folder), ["keys.json"]);
  assert.equal(((await stat(join(folder, "keys.json"))).mode & 0o777).toString(8), "600");
});
