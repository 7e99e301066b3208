import assert from "node:assert/strict";
import { after, test } from "node:test";
import sharp from "sharp";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";
import { ownCloud, pathOf } from "./cloud.ts";

/** The whole way of answers that are streamed: edge, origin group, function in the runtime client, S3. */
const s3 = await ownS3();
const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
const create = { width: 2000, height: 2000, channels: 3, background: "#777", noise } as const;
await s3.put("noise.png", await sharp({ create }).png({ compressionLevel: 0 }).toBuffer());
await s3.put("seen.png", await drawn(400, 300, { alpha: true }).png().toBuffer());

const on = { SHUTTERSPEED_RESPONSE_STREAMING: "true" };
const never = { SHUTTERSPEED_KEEP_AFTER: "100000" };
const cloud = await ownCloud(s3, { env: on });
after(async () => {
  await cloud.stop();
  await s3[Symbol.asyncDispose]();
});

/** Some 12 MB. */
const large = { format: "png", width: 2000 } as const;
const sizeOf = async (body: Uint8Array) => {
  const { width, height, format } = await sharp(body).metadata();
  // Every pixel is read.
  await sharp(body).stats();
  return { width, height, format };
};
const linesOf = (logged: readonly string[]) =>
  logged.flatMap((line) => (line.includes('"bytesOut"') ? [JSON.parse(line)] : []));

test("12 MB come without a redirect, are kept, and come from the cache and from S3 afterwards", async () => {
  const url = cloud.url("noise.png", large);
  const first = await fetch(url, { redirect: "error" });
  const body = await first.bytes();
  assert.equal(first.status, 200);
  assert.ok(body.length > 11e6 && body.length < 13e6, `${body.length} bytes`);
  assert.deepEqual(await sizeOf(body), { width: 2000, height: 2000, format: "png" });
  assert.equal(first.headers.get("content-type"), "image/png");
  assert.match(first.headers.get("cache-control") ?? "", /max-age/);
  const [line] = linesOf(cloud.logged);
  assert.deepEqual([line.status, line.bytesOut, line.derivative], [200, body.length, "kept"]);

  const cached = await fetch(url);
  assert.equal(cached.headers.get("x-cache"), "Hit from edge");
  assert.equal(cached.headers.get("content-length"), `${body.length}`);
  assert.ok(Buffer.from(body).equals(Buffer.from(await cached.bytes())));

  cloud.edge.forget("");
  const lines = cloud.logged.length;
  const fromS3 = await fetch(url);
  assert.equal(fromS3.headers.get("x-cache"), "Miss from edge");
  assert.ok(Buffer.from(body).equals(Buffer.from(await fromS3.bytes())));
  assert.equal(cloud.logged.length, lines);
});

test("without a derivative bucket 12 MB are streamed too", async () => {
  await using bucketless = await ownCloud(s3, { env: { ...on, SHUTTERSPEED_DERIVATIVES_BUCKET: "" } });
  const response = await fetch(bucketless.url("noise.png", { ...large, cachebuster: "bucketless" }), {
    redirect: "error",
  });
  assert.deepEqual(await sizeOf(await response.bytes()), { width: 2000, height: 2000, format: "png" });
});

test("raw answers of 12 MB are streamed too", async () => {
  const response = await fetch(cloud.url("noise.png", { raw: true }), { redirect: "error" });
  assert.equal(response.status, 200, cloud.logged.at(-1));
  assert.deepEqual(await sizeOf(await response.bytes()), { width: 2000, height: 2000, format: "png" });
});

test("what cannot leave in the time the function has goes the old way, or is refused: nothing is cut off", async () => {
  // 27 MB take 11 s to stream.
  const huge = { ...create, width: 3000, height: 3000 };
  await s3.put("huge.png", await sharp({ create: huge }).png({ compressionLevel: 0 }).toBuffer());
  await using short = await ownCloud(s3, { timeout: 9, env: on });
  const url = short.url("huge.png", { raw: true });
  const redirect = await fetch(url, { redirect: "manual" });
  assert.deepEqual([redirect.status, redirect.headers.get("location")], [302, pathOf(url)]);
  const followed = await sizeOf(await (await fetch(url)).bytes());
  assert.deepEqual(followed, { width: 3000, height: 3000, format: "png" });

  const env = { ...on, SHUTTERSPEED_DERIVATIVES_BUCKET: "" };
  await using bucketless = await ownCloud(s3, { timeout: 9, env });
  const refused = await fetch(bucketless.url("huge.png", { raw: true, cachebuster: "refused" }));
  assert.equal(refused.status, 503);
  assert.equal(await refused.text(), "Result image is too big to be sent and could not be stored");
});

test("a small picture is the same byte for byte, streamed or not, with the same headers", async () => {
  await using whole = await ownCloud(s3, { env: never });
  await using streaming = await ownCloud(s3, { env: { ...never, ...on } });
  const asked = { width: 123, format: "webp" } as const;
  const [a, b] = await Promise.all([whole, streaming].map(({ url }) => fetch(url("seen.png", asked))));
  assert.ok(a && b);
  assert.equal(b.status, 200);
  assert.equal(b.headers.get("content-length"), null);
  assert.deepEqual(await a.bytes(), await b.bytes());
  const said = ({ headers }: Response) =>
    Object.fromEntries(
      [...headers].filter(([name]) => !["content-length", "transfer-encoding", "date"].includes(name)),
    );
  assert.deepEqual(said(a), said(b));
});

test("HEAD, 304, failures and paths that are no pictures are what they are without streaming", async () => {
  const url = cloud.url("seen.png", { width: 77 });
  const head = await fetch(url, { method: "HEAD" });
  assert.deepEqual(
    [head.status, head.headers.get("content-type"), await head.text()],
    [200, "image/png", ""],
  );
  const etag = (await fetch(url)).headers.get("etag") ?? "";
  const held = await fetch(url, { headers: { "if-none-match": etag } });
  assert.deepEqual([held.status, await held.text()], [304, ""]);

  const missing = await fetch(cloud.url("nothing.png", { width: 10 }));
  assert.deepEqual([missing.status, await missing.text()], [404, "Source is unreachable"]);
  assert.equal(await (await fetch(`${cloud.origin}/health`)).text(), "imgproxy is running");
});

test("an event that is no request is answered in JSON, as without streaming", async () => {
  assert.deepEqual(await cloud.fn.invoke({}), {
    json: '{"statusCode":200,"headers":{},"isBase64Encoded":false,"body":""}',
  });
});
