import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import sharp from "sharp";
import { openHere } from "../../lambda/image/decoders/here.ts";
import { freePort, listen } from "../../lib/local/listen.ts";
import { plain } from "../drawing.ts";
import { bmp } from "../image/bmps.ts";
import { heic } from "../image/heics.ts";
import { quarters } from "../image/jxls.ts";
import { underLoad } from "../load.ts";
import { drawn } from "../pictures.ts";
import { descendants, survivors } from "./processes.ts";

/** The program as a person runs it, in a process of its own. */
const folder = await mkdtemp(join(tmpdir(), "pictures-"));
await mkdir(join(folder, "trip/day one"), { recursive: true });
await writeFile(join(folder, "cat.jpg"), await drawn(300, 200).jpeg().toBuffer());
await writeFile(join(folder, "trip/day one/sea.png"), await drawn(200, 300).png().toBuffer());
await writeFile(join(folder, "notes.txt"), "no picture");
after(() => rm(folder, { recursive: true }));

const program = join(import.meta.dirname, "..", "..", "bin", "shutterspeed.ts");
const home = await mkdtemp(join(tmpdir(), "shutterspeed-start-"));
after(() => rm(home, { recursive: true }));
const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawn(process.execPath, [program, "start", ...args], {
    cwd: home,
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
  assert.match(printed, /^Looking through .*\nServing 2 pictures of /);
  assert.match(printed, /1 other files are no pictures by their names: notes\.txt/);
  const [cat = "", sea = ""] = urlsIn(printed);
  assert.match(cat, /cat\.jpg@webp$/);
  assert.deepEqual(await sizeOf(cat), { width: 300, height: 200 });
  assert.match(sea, /trip\/day%20one\/sea\.png$/);
  assert.equal((await fetch(sea)).status, 200);

  // The thumbnail fills 300 by 200 and does not enlarge.
  await writeFile(join(folder, "cat.jpg"), await drawn(90, 60).jpeg().toBuffer());
  await rm(join(folder, "trip"), { recursive: true });
  assert.equal((await sizeOf(cat)).width, 90);
  assert.equal((await fetch(sea)).status, 404);
  const log = join(home, /log to (\S+\.log)/.exec(printed)?.[1] ?? "");
  const purged = () =>
    readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line.includes('"purge"'));
  // By the function that does it in the cloud, once for each file.
  await until(() => purged().length === 2);

  const started = descendants(running.pid ?? 0);
  assert.ok(started.length >= 1, "the function in its processes");
  running.kill("SIGINT");
  assert.deepEqual(await once(running, "exit"), [0, null]);
  assert.deepEqual(await survivors(started), []);
  assert.match(await complaints, /^IMGPROXY_QUALTIY: .*, did you mean IMGPROXY_QUALITY\?\n$/);
});

test("what cannot be read is a warning, names may hold anything, and one log is apart from another", async (t) => {
  const odd = await mkdtemp(join(tmpdir(), "pictures-"));
  t.after(() => rm(odd, { recursive: true }));
  await symlink("nowhere", join(odd, "gone.jpg"));
  const picture = await drawn(60, 40).jpeg().toBuffer();
  const names = ["what?.jpg", "100% #1@2x.jpg", "ü+&.jpg"];
  for (const name of names) await writeFile(join(odd, name), picture);
  const running = [start([odd, "--port", "0"]), start([odd, "--port", "0"])];
  const complaints = running.map(({ stderr }) => text(stderr));
  t.after(() => running.map((one) => one.kill("SIGKILL")));
  const [first = "", second = ""] = await Promise.all(running.map(banner));
  for (const url of urlsIn(first)) assert.deepEqual([(await fetch(url)).status, url], [200, url]);
  assert.equal(urlsIn(first).length, names.length);
  const logs = [first, second].map((printed) => /log to (\S+\.log)/.exec(printed)?.[1]);
  assert.equal(new Set(logs).size, 2);
  for (const one of running) one.kill("SIGINT");
  for (const complaint of complaints)
    assert.match(await complaint, /gone\.jpg: there is no such file or folder; it is passed over\n$/);
});

test("a reload shows the changed picture, and the terminal says why a request is refused", async (t) => {
  const running = start(["--pictures", folder, "--port", "0"]);
  const out = collected(running);
  t.after(() => running.kill("SIGKILL"));
  const [cat = ""] = urlsIn(await banner(running));
  const response = await fetch(cat);
  assert.equal(response.headers.get("cache-control"), "max-age=0, must-revalidate");
  assert.match(response.headers.get("etag") ?? "", /^"/);
  const { origin } = new URL(cat);
  await fetch(`${origin}/unsafe/w:3/plain/s3://pictures/cat.jpg`);
  const missing = spawnSync(process.execPath, [program, "sign", "s3://pictures/cta.jpg", "--base", origin], {
    cwd: home,
    encoding: "utf8",
  });
  assert.equal((await fetch(missing.stdout.trim())).status, 404);
  await until(
    () =>
      /fetch: .*NoSuchKey; did you mean cat\.jpg\?/.test(out.text) &&
      /signature: .*a word will not do/.test(out.text),
  );
});

test("of 5,000 pictures the first is there within 5 s, and Ctrl-C takes less than one", async (t) => {
  const many = await mkdtemp(join(tmpdir(), "pictures-"));
  t.after(() => rm(many, { recursive: true }));
  const picture = await drawn(60, 40).jpeg().toBuffer();
  for (let album = 0; album < 50; album++) {
    await mkdir(join(many, `album ${album}`));
    for (let nth = 0; nth < 100; nth++) await writeFile(join(many, `album ${album}`, `${nth}.jpg`), picture);
  }
  const began = performance.now();
  const running = start([many, "--port", "0"]);
  t.after(() => running.kill("SIGKILL"));
  const printed = await banner(running);
  assert.match(printed, /^Serving 5000 pictures of /m);
  assert.equal((await fetch(urlsIn(printed)[0] ?? "")).status, 200);
  const first = performance.now() - began;
  assert.ok(first < underLoad(5000), `${first} ms`);
  const interrupted = performance.now();
  running.kill("SIGINT");
  await once(running, "exit");
  assert.ok(performance.now() - interrupted < underLoad(1000));
  t.diagnostic(`${first.toFixed(0)} ms until the first picture`);
});

test("a log that cannot be written is one line, and all else goes on", async (t) => {
  // None of those the system hands out: tests beside this one would be given it before the program is.
  const port = await freePort({ port: 20_000 + (process.pid % 10_000) });
  await mkdir(join(home, ".shutterspeed", `function-${port}.log`), { recursive: true });
  const running = start(["--pictures", folder, "--port", String(port)]);
  const complaints = text(running.stderr);
  t.after(() => running.kill("SIGKILL"));
  const [cat = ""] = urlsIn(await banner(running));
  assert.equal((await fetch(cat)).status, 200);
  running.kill("SIGINT");
  assert.match(await complaints, /^\S+\.log: the function's log is not kept: EISDIR.*\n$/);
});

test("draws the watermark that a file on this machine is", async (t) => {
  const mark = join(await mkdtemp(join(tmpdir(), "watermark-")), "mark.png");
  t.after(() => rm(dirname(mark), { recursive: true }));
  await writeFile(mark, await plain(8, 8, "#ff0000").png().toBuffer());
  const running = start(["--pictures", folder, "--port", "0"], {
    IMGPROXY_WATERMARK_PATH: relative(home, mark),
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
  assert.match(printed, /^Serving 3 pictures of /m);
  const { origin } = new URL(urlsIn(printed)[0] ?? "");
  const answer = async (name: string, format: string) => {
    const response = await fetch(`${origin}/me/plain/s3://pictures/${name}@${format}`);
    assert.equal(response.status, 200, `${name}@${format}: ${response.status}`);
    const { width, height } = (await openHere({ bytes: await response.bytes() })).info;
    return [response.headers.get("content-type"), width, height];
  };
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
  const cases: readonly (readonly [readonly string[], RegExp, NodeJS.ProcessEnv?])[] = [
    [["--port", "x"], /^--port: expected an integer from 0 to 65535, got "x"$/],
    [["--memory", "1"], /^--memory: expected an integer from 128 to 10240, got "1"$/],
    [["--colour"], /^unknown option '--colour'$/],
    [["--pictures", "/no/such/folder"], /^\/no\/such\/folder: there is no such file or folder$/],
    [[program], /shutterspeed\.ts: this is no folder$/],
    [["--host", "192.0.2.1"], /^host 192\.0\.2\.1: this machine cannot listen there/],
    [["--pictures", folder, "--host", "no host"], /^host no host: this machine cannot listen there/],
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
    assert.match(printed, /^(Looking through .*\n)?$/);
    assert.equal(status, /^(--|unknown)/.test(complaint) ? 2 : 1);
  });
  await Promise.all(told);
});

/** What it prints from now on. */
function collected({ stdout }: ChildProcess): { text: string } {
  const out = { text: "" };
  stdout?.on("data", (chunk) => {
    out.text += chunk;
  });
  return out;
}

async function until(holds: () => boolean): Promise<void> {
  for (let patience = 100; patience > 0 && !holds(); patience--) await pause(50);
  assert.ok(holds(), "did not come to hold within 5 s");
}
