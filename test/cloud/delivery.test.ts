import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { derivativeKey } from "../../lambda/url/key.ts";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";
import { ownCloud, pathOf } from "./cloud.ts";

/** The whole way, on real parts: edge, origin group, function in the runtime client, S3. */
const s3 = await ownS3();
await s3.put("a b/é.jpg", await drawn(640, 480).jpeg().toBuffer());
await s3.put("seen.png", await drawn(400, 300, { alpha: true }).png().toBuffer());
const cloud = await ownCloud(s3, { env: { SHUTTERSPEED_KEEP_AFTER: "100000" } });
after(async () => {
  await cloud.stop();
  await s3[Symbol.asyncDispose]();
});

const keyOf = (url: string, env = {}) => derivativeKey(pathOf(url), undefined, readConfig(env)) ?? "";
const pictureOf = async (response: Response) => sharp(await response.bytes()).metadata();

test("a picture comes back as it was asked for", async () => {
  const url = cloud.url("a b/é.jpg", {
    resize: { resizing_type: "fill", width: 120, height: 90 },
    format: "webp",
  });
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "image/webp");
  assert.equal(response.headers.get("x-cache"), "Miss from edge");
  const { width, height, format } = await pictureOf(response);
  assert.deepEqual({ width, height, format }, { width: 120, height: 90, format: "webp" });
});

test("the same URL is answered from the cache, and with 304 to who has it", async () => {
  const url = cloud.url("seen.png", { width: 100 });
  const first = await fetch(url);
  const etag = first.headers.get("etag") ?? "";
  const again = await fetch(url);
  assert.equal(again.headers.get("x-cache"), "Hit from edge");
  assert.deepEqual(await again.bytes(), await first.bytes());
  assert.equal((await fetch(url, { headers: { "if-none-match": etag } })).status, 304);
});

test("a derivative that was dear to draw is kept, and served by S3 without the function", async () => {
  const env = { SHUTTERSPEED_KEEP_AFTER: "1", IMGPROXY_ALLOW_ORIGIN: "https://example.com" };
  await using dear = await ownCloud(s3, { env });
  const url = dear.url("seen.png", { width: 222, format: "png" });
  const drawnNow = await fetch(url);
  const kept = await s3.derivative(keyOf(url, env));
  assert.equal(kept?.ContentType, "image/png");
  assert.equal(kept?.CacheControl, drawnNow.headers.get("cache-control"));

  dear.edge.forget("");
  const lines = dear.logged.length;
  const fromS3 = await fetch(url);
  assert.equal(fromS3.headers.get("x-cache"), "Miss from edge");
  assert.deepEqual(await fromS3.bytes(), await drawnNow.bytes());
  assert.equal(fromS3.headers.get("cache-control"), drawnNow.headers.get("cache-control"));
  assert.equal(fromS3.headers.get("access-control-allow-origin"), "https://example.com");
  assert.match(fromS3.headers.get("content-security-policy") ?? "", /sandbox$/);
  assert.equal(dear.logged.length, lines);
});

test("what is too big for Lambda is kept, and the viewer sent to where it lies", async () => {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const create = { width: 1600, height: 1100, channels: 3, background: "#777", noise } as const;
  await s3.put("noise.png", await sharp({ create }).png({ compressionLevel: 0 }).toBuffer());
  const url = cloud.url("noise.png", { format: "png" });

  const redirect = await fetch(url, { redirect: "manual" });
  assert.equal(redirect.status, 302);
  assert.equal(redirect.headers.get("cache-control"), "no-store");
  assert.equal(redirect.headers.get("location"), pathOf(url));

  const followed = await fetch(url);
  const { width, height, format } = await pictureOf(followed);
  assert.deepEqual({ width, height, format }, { width: 1600, height: 1100, format: "png" });
});

test("redirects end where the edge does not get what was kept, after one more drawing", async () => {
  const nowhere = { ...s3, endpoint: "http://127.0.0.1:1" };
  await using blind = await ownCloud(s3, { derivatives: nowhere });
  const url = blind.url("noise.png", { format: "png", cachebuster: "blind" });
  const first = await fetch(url, { redirect: "manual" });
  assert.equal(first.headers.get("location"), pathOf(url));
  const followed = await fetch(url);
  assert.equal(followed.status, 200);
  assert.ok(followed.url.startsWith(s3.endpoint), followed.url);
  assert.equal((await pictureOf(followed)).width, 1600);
  assert.equal(blind.served.length, 2);
});

test("the client's Accept chooses the format, and the key", async () => {
  await using choosing = await ownCloud(s3, {
    env: { IMGPROXY_AUTO_WEBP: "1", IMGPROXY_AUTO_AVIF: "1", IMGPROXY_AUTO_JXL: "1" },
  });
  const url = choosing.url("seen.png", { width: 60 });
  const typeFor = async (accept: string) =>
    (await fetch(url, { headers: { accept } })).headers.get("content-type");
  assert.equal(await typeFor("image/webp,*/*"), "image/webp");
  assert.equal(await typeFor("image/avif,image/webp,*/*"), "image/avif");
  assert.equal(await typeFor("image/jxl,image/avif,image/webp,*/*"), "image/jxl");
  assert.equal(await typeFor("*/*"), "image/png");
});

test("many viewers who ask at once are answered by one drawing", async () => {
  const url = cloud.url("a b/é.jpg", { width: 333 });
  const lines = cloud.logged.filter((line) => line.includes("w:333")).length;
  const answers = await Promise.all(Array.from({ length: 12 }, () => fetch(url)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(cloud.logged.filter((line) => line.includes("w:333")).length, lines + 1);
});

test("a wrong signature is 403, a missing object 404, and nothing more is told", async () => {
  const right = cloud.url("seen.png", { width: 10 });
  const wrong = await fetch(right.replace("/w:10/", "/w:11/"));
  assert.equal(wrong.status, 403);
  assert.equal(await wrong.text(), "Forbidden");

  const missing = await fetch(cloud.url("nothing.png", { width: 10 }));
  assert.equal(missing.status, 404);
  assert.equal(await missing.text(), "Source is unreachable");
});

test("HEAD is answered as GET, from S3's side of the edge and from the function's", async () => {
  const right = cloud.url("seen.png", { width: 87 });
  for (const url of [right, right.replace("/w:87/", "/w:86/"), cloud.url("nothing.png", { width: 87 })]) {
    const head = await fetch(url, { method: "HEAD" });
    const got = await fetch(url);
    assert.equal(head.status, got.status, url);
    assert.equal(await head.text(), "");
    for (const name of ["content-type", "content-length", "cache-control", "etag"])
      assert.equal(head.headers.get(name), got.headers.get(name), `${name} of ${url}`);
  }
});

test("the log holds no signature, and a path once, shortened", async () => {
  const lines = cloud.logged.length;
  const right = cloud.url("seen.png", { width: 41 });
  const [, signature = ""] = pathOf(right).split("/");
  const long = `${cloud.origin}/${signature}/${"w:41/".repeat(1000)}`;
  for (const url of [
    right,
    right.replace("/w:41/", "/w:42/"),
    right.replace(signature, `${signature}=`),
    right.replace("/w:41/", "/w:x/"),
    `${cloud.origin}/${signature}`,
    long,
  ])
    await (await fetch(url)).text();
  const told = cloud.logged.slice(lines).join("\n");
  assert.ok(told.includes("w:41"));
  assert.ok(!told.includes(signature), told);
  for (const line of told.split("\n")) {
    assert.ok(line.length < 2500, line);
    assert.ok(line.split("w:41/plain").length <= 2, line);
  }
});

test("health, landing page and paths that are no pictures reach the function", async () => {
  assert.equal(await (await fetch(`${cloud.origin}/health`)).text(), "imgproxy is running");
  assert.equal((await fetch(`${cloud.origin}/`)).status, 200);
  assert.equal((await fetch(`${cloud.origin}/sig%20only`)).status, 404);
  assert.equal((await fetch(`${cloud.origin}/.well-known/x`)).status, 404);
  assert.equal((await fetch(`${cloud.origin}/health`, { method: "POST" })).status, 403);
});

test("with a secret, a picture is refused to whoever does not say it, also what is cached and kept", async () => {
  const env = { SHUTTERSPEED_KEEP_AFTER: "1", IMGPROXY_SECRET: "abc" };
  await using closed = await ownCloud(s3, { env });
  const url = closed.url("seen.png", { width: 77, format: "png" });
  const statusOf = async (authorization: string) => (await fetch(url, { headers: { authorization } })).status;
  assert.equal(await statusOf("Bearer abd"), 403);
  assert.equal(await statusOf("Bearer abc"), 200);
  assert.equal(await statusOf("Bearer abd"), 403, "cached");
  closed.edge.forget("");
  assert.equal(await statusOf("Bearer abd"), 403, "kept");
  assert.equal((await fetch(url, { method: "OPTIONS" })).status, 200);
  assert.equal((await fetch(`${closed.origin}/health`)).status, 200);
});

test("the log names the viewer's address as it came to the edge", async () => {
  const lines = cloud.logged.length;
  await fetch(cloud.url("seen.png", { width: 31 }), { headers: { "x-forwarded-for": "5.6.7.8" } });
  await fetch(cloud.url("seen.png", { width: 32 }));
  const addresses = cloud.logged
    .slice(lines)
    .flatMap((line) => /"client_ip":"([^"]*)"/.exec(line)?.[1] ?? []);
  assert.equal(addresses[0], "5.6.7.8");
  assert.match(addresses[1] ?? "", /127\.0\.0\.1$|^::1$/);
});

test("presets of a file are the function's", async () => {
  const folder = await mkdtemp(join(tmpdir(), "presets-"));
  try {
    await writeFile(join(folder, "mine"), "# of a file\ntiny=w:13\n");
    const env = { IMGPROXY_PRESETS_PATH: join(folder, "mine") };
    await using own = await ownCloud(s3, { env });
    const response = await fetch(own.url("seen.png", { preset: ["tiny"] }));
    assert.equal((await pictureOf(response)).width, 13);
  } finally {
    await rm(folder, { recursive: true });
  }
});
