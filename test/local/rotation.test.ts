import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Served } from "../../lib/local/edge/edge.ts";
import { startSession } from "../../lib/local/session.ts";
import { drawn } from "../pictures.ts";

const folder = await mkdtemp(join(tmpdir(), "shutterspeed-rotation-"));
const [pictures, home] = [join(folder, "pictures"), join(folder, ".shutterspeed")];
await mkdir(pictures);
await writeFile(join(pictures, "cat.png"), await drawn(200, 100).png().toBuffer());
const program = join(import.meta.dirname, "../../bin/shutterspeed.ts");

/** The program in that folder, as somebody types it beside a running `npm start`. */
function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    encoding: "utf8",
  });
  return { status, lines: stdout.trim().split("\n"), stderr };
}
const keys = (...words: readonly string[]) => run(["keys", ...words]).lines;

/** All that a running `npm start` has. */
async function started(env: Readonly<Record<string, string>>) {
  const served: Served[] = [];
  const complaints: string[] = [];
  const session = await startSession({
    ...{ home, pictures, host: "127.0.0.1", port: 0, memory: 1769, timeout: 20 },
    env: { ...env, SHUTTERSPEED_KEEP_AFTER: "0" },
    served: (one) => served.push(one),
    complain: (line) => complaints.push(line),
    drawing: () => {},
  });
  const { origin } = session;
  return {
    ...{ served, complaints, stop: session.stop },
    sign(width: number) {
      const { lines } = run(["sign", "s3://pictures/cat.png", "--width", `${width}`, "--base", origin]);
      return lines[0] ?? "";
    },
    async signedByPage(width: number): Promise<string> {
      const asked = JSON.stringify({ key: "cat.png", options: [["width", `${width}`]] });
      const answer = await fetch(`${origin}/playground/ask?${new URLSearchParams({ asked })}`, {
        headers: { connection: "close" },
      });
      return JSON.parse(await answer.text()).url;
    },
  };
}
const sessions = [
  ["the function verifies, as in development", await started({})],
  ["the edge verifies", await started({ IMGPROXY_DEVELOPMENT_ERRORS_MODE: "false" })],
] as const;
after(async () => {
  for (const [, { stop }] of sessions) await stop();
  await rm(folder, { recursive: true });
});
/** On a connection of its own: while a command runs nothing else does, and idle ones are closed unheard. */
const statusOf = async (url: string) => (await fetch(url, { headers: { connection: "close" } })).status;

for (const [who, { served, complaints, sign, signedByPage }] of sessions) {
  describe(`where ${who}`, () => {
    test("a rotated pair signs from the next moment on, also on the page; what the other signed is served", async () => {
      const old = sign(20);
      assert.equal(await statusOf(old), 200);
      const before = keys("list");
      assert.deepEqual(keys("rotate").slice(1), before);
      const made = sign(20);
      assert.notEqual(made, old);
      assert.deepEqual([await statusOf(made), await statusOf(old)], [200, 200]);
      assert.equal(await signedByPage(30), sign(30));
      assert.equal(await statusOf(sign(30)), 200);
    });

    test("a revoked key's picture is refused at once: what the cache holds, what the bucket holds, what is new", async () => {
      const url = sign(40);
      assert.deepEqual([await statusOf(url), await statusOf(url)], [200, 200]);
      assert.equal(served.at(-1)?.cache, "Hit");
      const [name = ""] = keys("list");
      keys("rotate");
      assert.equal(await statusOf(url), 200);
      keys("revoke", name);
      for (const refused of [url, url, url.replace("w:40", "w:41")])
        assert.equal(await statusOf(refused), 403);
      assert.equal(await statusOf(sign(40)), 200);
    });

    test("a file that holds no keys any more is said once, and the keys stay", async () => {
      const url = sign(50);
      const file = join(home, "keys.json");
      const text = await readFile(file);
      await writeFile(file, "{");
      assert.deepEqual([await statusOf(url), await statusOf(url)], [200, 200]);
      assert.deepEqual(complaints.splice(0), [
        `${file}: expected IMGPROXY_KEY and IMGPROXY_SALT in hex; without the file, new ones are made`,
      ]);
      await rm(file);
      assert.equal(await statusOf(url), 200);
      await writeFile(file, text, { mode: 0o600 });
      assert.equal(await statusOf(url), 200);
      assert.deepEqual(complaints, []);
    });
  });
}

test("keys are not changed behind the shell's, which are used in their place", async () => {
  const before = await readFile(join(home, "keys.json"), "utf8");
  const { status, lines, stderr } = run(["keys", "rotate"], { IMGPROXY_KEY: "61", IMGPROXY_SALT: "62" });
  assert.deepEqual([status, lines], [1, [""]]);
  assert.match(stderr, /^IMGPROXY_KEY and IMGPROXY_SALT: expected none in the shell, .*\n$/);
  assert.equal(await readFile(join(home, "keys.json"), "utf8"), before);
});
