import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import sharp from "sharp";
import { openHere } from "../../lambda/image/decoders/here.ts";
import { listen } from "../../lib/local/listen.ts";
import { plain } from "../drawing.ts";
import { bmp } from "../image/bmps.ts";
import { heic } from "../image/heics.ts";
import { quarters } from "../image/jxls.ts";
import { drawn } from "../pictures.ts";
import { descendants, survivors } from "./processes.ts";

/** The program as a person runs it, in a process of its own. */
const folder = await mkdtemp(join(tmpdir(), "pictures-"));
await mkdir(join(folder, "trip/day one"), { recursive: true });
await writeFile(join(folder, "cat.jpg"), await drawn(300, 200).jpeg().toBuffer());
await writeFile(join(folder, "trip/day one/sea.png"), await drawn(200, 300).png().toBuffer());
await writeFile(join(folder, "notes.txt"), "no picture");
after(() => rm(folder, { recursive: true }));

const program = join(import.meta.dirname, "..", "..", "bin", "start.ts");
const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });

/** What it prints until it waits for requests. */
async function banner({ stdout }: ChildProcess): Promise<string> {
  let printed = "";
  for await (const chunk of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    printed += chunk;
    if (printed.includes("Ctrl-C")) break;
  }
  return printed;
}

const urlsIn = (printed: string) => printed.match(/http:\S+\/plain\/\S+/g) ?? [];
const sizeOf = async (url: string) => {
  const { width, height } = await sharp(await (await fetch(url)).bytes()).metadata();
  return { width, height };
};

test("serves a folder, follows its changes, and leaves nothing behind on Ctrl-C", async (t) => {
  const running = start(["--pictures", folder, "--port", "0"], {
    IMGPROXY_QUALITY: "50",
    IMGPROXY_QUALTIY: "60",
  });
  const complaints = text(running.stderr);
  t.after(() => running.kill("SIGKILL"));
  const printed = await banner(running);
  assert.match(printed, /^Serving 2 pictures of /);
  const [cat = "", sea = ""] = urlsIn(printed);
  assert.match(cat, /cat\.jpg@webp$/);
  assert.deepEqual(await sizeOf(cat), { width: 300, height: 200 });
  assert.match(sea, /trip\/day%20one\/sea\.png$/);
  assert.equal((await fetch(sea)).status, 200);

  // The thumbnail fills 300 by 200 and does not enlarge.
  await writeFile(join(folder, "cat.jpg"), await drawn(90, 60).jpeg().toBuffer());
  await rm(join(folder, "trip"), { recursive: true });
  await until(async () => (await sizeOf(cat)).width === 90);
  await until(async () => (await fetch(sea)).status === 404);

  const started = descendants(running.pid ?? 0);
  assert.ok(started.length >= 3, "S3's process, workerd, the function");
  running.kill("SIGINT");
  assert.deepEqual(await once(running, "exit"), [0, null]);
  assert.deepEqual(await survivors(started), []);
  assert.match(await complaints, /^IMGPROXY_QUALTIY: .*, did you mean IMGPROXY_QUALITY\?\n$/);
});

test("draws the watermark that a file on this machine is", async (t) => {
  const mark = join(await mkdtemp(join(tmpdir(), "watermark-")), "mark.png");
  t.after(() => rm(dirname(mark), { recursive: true }));
  await writeFile(mark, await plain(8, 8, "#ff0000").png().toBuffer());
  const running = start(["--pictures", folder, "--port", "0"], {
    IMGPROXY_WATERMARK_PATH: relative("", mark),
    IMGPROXY_TRUSTED_SIGNATURES: "trusted",
  });
  t.after(() => running.kill("SIGKILL"));
  const [origin] = /http:\/\/localhost:\d+/.exec(await banner(running)) ?? [];
  const answer = await fetch(`${origin}/trusted/wm:1:nowe/plain/s3://pictures/cat.jpg@png`);
  const data = await sharp(await answer.bytes())
    .raw()
    .toBuffer();
  assert.deepEqual([...data.subarray(0, 3)], [255, 0, 0]);
  running.kill("SIGINT");
  await once(running, "exit");
});

test("serves what sharp does not read, and writes what it does not write", async (t) => {
  const odd = await mkdtemp(join(tmpdir(), "pictures-"));
  t.after(() => rm(odd, { recursive: true }));
  await writeFile(join(odd, "a.bmp"), bmp({ width: 1, height: 1, bits: 24, pixels: "0000ff00" }));
  await writeFile(join(odd, "b.heif"), heic());
  await writeFile(join(odd, "c.jxl"), quarters);
  const running = start(["--pictures", odd, "--port", "0"], { IMGPROXY_TRUSTED_SIGNATURES: "me" });
  t.after(() => running.kill("SIGKILL"));
  const printed = await banner(running);
  assert.match(printed, /^Serving 3 pictures of /);
  const { origin } = new URL(urlsIn(printed)[0] ?? "");
  const answer = async (name: string, format: string) => {
    const response = await fetch(`${origin}/me/plain/s3://pictures/${name}@${format}`);
    assert.equal(response.status, 200, `${name}@${format}: ${response.status}`);
    const { width, height } = (await openHere({ bytes: await response.bytes() })).info;
    return [response.headers.get("content-type"), width, height];
  };
  await until(async () => (await fetch(`${origin}/me/plain/s3://pictures/c.jxl`)).status === 200);
  assert.deepEqual(await answer("a.bmp", "ico"), ["image/x-icon", 1, 1]);
  assert.deepEqual(await answer("b.heif", "jxl"), ["image/jxl", 64, 64]);
  assert.deepEqual(await answer("c.jxl", "bmp"), ["image/bmp", 64, 32]);
  running.kill("SIGINT");
  assert.deepEqual(await once(running, "exit"), [0, null]);
});

test("leaves nothing behind when it is killed", async (t) => {
  const running = start(["--pictures", folder, "--port", "0"]);
  t.after(() => running.kill("SIGKILL"));
  await banner(running);
  const started = descendants(running.pid ?? 0);
  running.kill("SIGKILL");
  await once(running, "exit");
  assert.deepEqual(await survivors(started), []);
});

test("what cannot be used is one clear line and exit 1", async (t) => {
  const taken = createServer();
  t.after(() => taken.close());
  const port = String(await listen(taken));
  const broken = await mkdtemp(join(tmpdir(), "pictures-"));
  t.after(() => rm(broken, { recursive: true }));
  await symlink("nowhere", join(broken, "gone.jpg"));

  const cases: readonly (readonly [readonly string[], RegExp, NodeJS.ProcessEnv?])[] = [
    [["--port", "x"], /^--port: expected an integer from 0 to 65535, got "x"$/],
    [["--memory", "1"], /^--memory: expected an integer from 128 to 10240, got "1"$/],
    [["--colour"], /^Unknown option '--colour'/],
    [["--pictures", "/no/such/folder"], /^\/no\/such\/folder: there is no such file or folder$/],
    [["--pictures", program], /start\.ts: this is no folder$/],
    [["--pictures", broken], /gone\.jpg: there is no such file or folder$/],
    [["--pictures", folder, "--port", port], /^port \d+ is taken/],
    [[], /^IMGPROXY_QUALITY: expected an integer from 1 to 100, got "best"$/, { IMGPROXY_QUALITY: "best" }],
    [[], /^IMGPROXY_PRESETS: a: width: expected .*, got "x"$/, { IMGPROXY_PRESETS: "a=w:x" }],
    [[], /^IMGPROXY_PATH_PREFIX: expected a path such as .*, got "i mg"$/, { IMGPROXY_PATH_PREFIX: "i mg" }],
    [[], /^IMGPROXY_BASE_URL: expected a shorter value/, { IMGPROXY_BASE_URL: "x".repeat(4096) }],
    [
      [],
      /^IMGPROXY_WATERMARK_PATH: expected the path of a picture/,
      { IMGPROXY_WATERMARK_PATH: "nowhere.png" },
    ],
    [[], /^IMGPROXY_KEY and IMGPROXY_SALT: expected as many keys as salts/, { IMGPROXY_KEY: "aa" }],
  ];
  const told = cases.map(async ([args, expected, env]) => {
    const running = start(args, env);
    const [complaint, printed, [status]] = await Promise.all([
      text(running.stderr),
      text(running.stdout),
      once(running, "exit"),
    ]);
    assert.match(complaint.replace(/\n$/, ""), expected);
    assert.equal(printed, "");
    assert.equal(status, 1);
  });
  await Promise.all(told);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let patience = 100; patience > 0; patience--) {
    if (await holds()) return;
    await pause(50);
  }
  assert.fail("did not come to hold within 5 s");
}
