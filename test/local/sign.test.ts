import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "shutterspeed-sign-"));
after(() => rmSync(folder, { recursive: true }));

/** `shutterspeed sign` in an empty folder, with these variables and no others. */
function sign(variables: Readonly<Record<string, string>>) {
  const program = join(import.meta.dirname, "../../bin/shutterspeed.ts");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, "sign", "s3://b/k", "--width", "9"],
    {
      cwd: folder,
      env: { PATH: process.env.PATH, ...variables },
      encoding: "utf8",
    },
  );
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

test("a key without its salt is one sentence, not a URL signed with other keys", () => {
  const { status, stdout, stderr } = sign({ IMGPROXY_KEY: "aa" });
  assert.deepEqual(
    [status, stdout, stderr],
    [1, "", "IMGPROXY_KEY and IMGPROXY_SALT: expected as many keys as salts, got 1 and 0"],
  );
  assert.deepEqual(readdirSync(folder), [], "nor are any made");
});

test("signs with the shell's keys, as long as the shell says", () => {
  const keys = { IMGPROXY_KEY: "736563726574", IMGPROXY_SALT: "68656c6c6f" };
  const url = /^http:\/\/localhost:8080\/([\w-]+)\/w:9\/plain\/s3:\/\/b\/k$/;
  assert.equal(sign(keys).stdout.match(url)?.[1]?.length, 43);
  assert.equal(sign({ ...keys, IMGPROXY_SIGNATURE_SIZE: "6" }).stdout.match(url)?.[1]?.length, 8);
});
