import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { warm } from "../../lambda/warm/asking.ts";
import { imageUrls } from "../../lib/client/index.ts";
import { listen } from "../../lib/local/listen.ts";
import { ownCloud } from "../cloud/cloud.ts";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";
import { tries } from "../thorough.ts";

const sizes = { icon: 16, thumb: 24, card: 32, hero: 40, wide: 48 };
const presets = Object.keys(sizes);
const env = {
  IMGPROXY_KEY: "943b421c9eb07c83",
  IMGPROXY_SALT: "520f986b998545b4",
  IMGPROXY_PRESETS: Object.entries(sizes)
    .map(([name, width]) => `${name}=w:${width}`)
    .join(","),
};
const s3 = await ownS3();
const cloud = await ownCloud(s3, { env: { ...env, SHUTTERSPEED_KEEP_AFTER: "0" } });
after(async () => {
  await cloud.stop();
  await s3[Symbol.asyncDispose]();
});
const put = async (key: string, width: number) => s3.put(key, await drawn(width, 40).jpeg().toBuffer());

/** The program, fed with a list. */
async function warmed(lines: readonly string[], ...words: readonly string[]) {
  const program = join(import.meta.dirname, "../../bin/shutterspeed.ts");
  const child = spawn(process.execPath, [program, "warm", "--from", "-", ...words], {
    env: { PATH: process.env.PATH, ...env },
  });
  child.stdin.end(lines.join("\n"));
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<unknown[]>((resolve) => child.on("close", (...told) => resolve(told))),
  ]);
  return { stdout, stderr, status };
}
const requests = () => cloud.logged.filter((line) => line.includes('"request_id"')).length;

describe("warm", () => {
  test("has every preset of every source made; a second time nothing is drawn", async (t) => {
    const count = tries(12, 1000);
    const keys = Array.from({ length: count }, (_, nth) => `many/${nth} é+%.jpg`);
    for (const [nth, key] of keys.entries()) await put(key, 50 + (nth % 50));
    const lines = keys.map((key) => `s3://pictures/${key}`);
    const words = ["--presets", presets.join(), "--base", cloud.origin, "--json"];

    const began = performance.now();
    const first = await warmed(["# a comment", "", ...lines], ...words);
    t.diagnostic(`${count * presets.length} pictures in ${Math.round(performance.now() - began)} ms`);
    const { asked, drawn: made, failed, dollars } = JSON.parse(first.stdout);
    assert.deepEqual([first.status, first.stderr.includes("undefined")], [0, false]);
    assert.deepEqual([asked, made, failed], [count * 5, count * 5, 0]);
    assert.ok(dollars > count * 5 * 5e-6 && dollars < count * 5 * 1e-3, `${dollars}`);
    assert.equal((await s3.derivatives("")).length, Math.min(1000, count * 5));

    const before = requests();
    const second = JSON.parse((await warmed(lines, ...words)).stdout);
    assert.deepEqual([second.asked, second.drawn, second.failed], [count * 5, 0, 0]);
    assert.equal(requests(), before, "the function is not asked");

    const url = imageUrls({ base: cloud.origin, key: env.IMGPROXY_KEY, salt: env.IMGPROXY_SALT });
    const shown = await fetch(url.url(lines[0] ?? "", { preset: ["card"] }), {
      headers: { accept: "image/avif,image/webp,image/*,*/*;q=0.8" },
    });
    assert.equal(shown.status, 200);
    assert.equal(requests(), before, "what viewers ask for is what was made");
  });

  test("tells which pictures could not be had, and why, and makes the others", async () => {
    await put("there.jpg", 60);
    await s3.put("broken.jpg", Buffer.from("no picture at all"));
    const lines = ["s3://pictures/there.jpg", "s3://pictures/missing.jpg", "s3://pictures/broken.jpg"];
    const { status, stdout, stderr } = await warmed(lines, "--presets", "thumb", "--base", cloud.origin);
    assert.equal(status, 1);
    assert.match(stdout, /^3 pictures: 0 cached, 0 kept, 1 drawn, 2 failed; at most \$0\.000\d\n$/);
    assert.match(stderr, /^404 [A-Z][a-z ]+ http.*missing\.jpg$/m);
    assert.match(stderr, /^422 [A-Z][a-z ]+ http.*broken\.jpg$/m);
  });

  test("takes URLs as they are, and paths below a base", async () => {
    const url = cloud.url("there.jpg", { width: 21 });
    const { status, stdout } = await warmed(
      [url, new URL(cloud.url("there.jpg", { width: 22 })).pathname],
      "--base",
      cloud.origin,
    );
    assert.equal(status, 0);
    assert.match(stdout, /^2 pictures: 0 cached, 0 kept, 2 drawn, 0 failed/);
  });

  test("nonsense is one sentence", async () => {
    const cases: readonly [lines: readonly string[], words: readonly string[], sentence: RegExp][] = [
      [["cat.jpg"], [], /^expected the URL of a picture, got "cat\.jpg"; for sources say --presets\n$/],
      [
        ["s3://pictures/a.jpg"],
        ["--presets", "tumb", "--base", cloud.origin],
        /^--presets: expected names of IMGPROXY_PRESETS, icon, .*, got "tumb"\n$/,
      ],
      [
        ["s3://pictures/a.jpg"],
        ["--presets", "thumb"],
        /^--base: expected where pictures are served, .*, got ""\n$/,
      ],
      [[], ["--concurrency", "none"], /^--concurrency: expected an integer from 1 to 1000, got "none"\n$/],
    ];
    for (const [lines, words, sentence] of cases) {
      const { status, stderr } = await warmed(lines, ...words);
      assert.match(stderr, sentence);
      assert.ok(status === 1 || status === 2);
    }
  });
});

describe("what passes", () => {
  test("is tried again, as often as may be, and what stays is told", async (t) => {
    const asked: string[] = [];
    const server = createServer(({ method, url = "" }, response) => {
      asked.push(`${method} ${url}`);
      const times = asked.filter((one) => one === `${method} ${url}`).length;
      const status = url === "/late" && times === 3 ? 200 : url === "/wrong" ? 403 : 503;
      response.writeHead(status, { "retry-after": "0" }).end("a sentence\nand more");
    });
    const port = await listen(server);
    t.after(() => server.close());
    const of = (path: string) => warm({ url: `http://127.0.0.1:${port}${path}`, accept: "*/*" });

    assert.equal((await of("/late")).outcome, "drawn");
    assert.deepEqual(asked, ["HEAD /late", "HEAD /late", "HEAD /late"]);
    const { outcome, reason } = await of("/busy");
    assert.deepEqual([outcome, reason, asked.length], ["failed", "503 a sentence", 7]);
    assert.equal((await of("/wrong")).reason, "403 a sentence");
    assert.equal(asked.filter((one) => one === "HEAD /wrong").length, 1, "what stays wrong is asked once");
    const nobody = await warm({ url: "http://127.0.0.1:1/", accept: "*/*" });
    assert.deepEqual([nobody.outcome, nobody.reason], ["failed", "bad port"]);
  });

  test("waits as long as it is told to", async (t) => {
    const asked: number[] = [];
    const server = createServer((_, response) => {
      asked.push(performance.now());
      response.writeHead(asked.length === 1 ? 429 : 200, { "retry-after": "2" }).end();
    });
    const port = await listen(server);
    t.after(() => server.close());
    const request = { url: `http://127.0.0.1:${port}/`, accept: "*/*" };
    assert.equal((await warm(request)).outcome, "drawn");
    const [first = 0, second = 0] = asked;
    assert.ok(second - first >= 1990 && second - first < 5000, `${second - first}`);
  });

  test("is not tried again where there is no time for it, nor asked why", async (t) => {
    const asked: string[] = [];
    const server = createServer(({ method, url }, response) => {
      asked.push(`${method} ${url}`);
      response.writeHead(url === "/wrong" ? 400 : 503).end("a sentence");
    });
    const port = await listen(server);
    t.after(() => server.close());
    for (const [path, reason] of [
      ["/busy", "503"],
      ["/wrong", "400"],
    ]) {
      const request = { url: `http://127.0.0.1:${port}${path}`, accept: "*/*" };
      const { outcome, reason: told } = await warm(request, undefined, () => asked.length === 0);
      assert.deepEqual([outcome, told, asked.splice(0)], ["failed", reason, [`HEAD ${path}`]]);
    }
  });

  test("is told by its status where it has passed when it is asked why, and nothing of the picture is", async (t) => {
    let closed = 0;
    const server = createServer(({ method }, response) => {
      response.on("close", () => void closed++);
      response.writeHead(method === "HEAD" ? 404 : 200);
      if (method === "HEAD") response.end();
      else response.write("a picture\n");
    });
    const port = await listen(server);
    t.after(() => server.close());
    const { outcome, reason } = await warm({ url: `http://127.0.0.1:${port}/`, accept: "*/*" });
    assert.deepEqual([outcome, reason], ["failed", "404"]);
    for (let left = 100; closed < 2; left--) {
      assert.ok(left > 0, "its connection stays open");
      await pause(20);
    }
  });
});
