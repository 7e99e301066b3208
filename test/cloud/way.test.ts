import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { derivativeKey } from "../../lambda/url/key.ts";
import { startEdge } from "../../lib/local/edge/edge.ts";
import { functionOrigin, hearing, type Origin } from "../../lib/local/edge/origins.ts";
import { startFunctionUrl } from "../../lib/local/lambda/function-url.ts";
import { viewerRequestCode } from "../../lib/stack/edge-code.ts";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";
import { ownCloud, pathOf } from "./cloud.ts";

/** A picture's life from its first request on, and what viewers and origins hear of it. */
const s3 = await ownS3();
await s3.put("seen.png", await drawn(400, 300, { alpha: true }).png().toBuffer());
after(() => s3[Symbol.asyncDispose]());

const keeping = { SHUTTERSPEED_KEEP_AFTER: "1" };
const keyOf = (url: string, env = {}) => derivativeKey(pathOf(url), undefined, readConfig(env)) ?? "";
const noted = (lines: readonly string[], word: string) => lines.filter((line) => line.includes(word)).length;

test("first the function draws, then the cache answers, and when that has forgotten, S3 without the function", async () => {
  await using cloud = await ownCloud(s3, { env: keeping });
  const url = cloud.url("seen.png", { width: 101, format: "png" });
  const askedOfFunction = () => noted(cloud.logged, "w:101");
  const answers: Uint8Array[] = [];
  for (const [cache, times] of [
    ["Miss from edge", 1],
    ["Hit from edge", 1],
    ["Miss from edge", 1],
    ["Hit from edge", 1],
  ] as const) {
    const response = await fetch(url);
    answers.push(await response.bytes());
    assert.deepEqual(
      [response.status, response.headers.get("x-cache"), askedOfFunction()],
      [200, cache, times],
    );
    if (answers.length === 2) cloud.edge.forget("");
  }
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
});

test("a picture of 12 MB reaches the viewer whole, and the next one without the function", async () => {
  const raw = { width: 2000, height: 2000, channels: 3 } as const;
  const noise = randomBytes(raw.width * raw.height * raw.channels);
  await s3.put("noise.png", await sharp(noise, { raw }).png({ compressionLevel: 0 }).toBuffer());
  await using cloud = await ownCloud(s3, { env: keeping });
  const url = cloud.url("noise.png", { format: "png" });
  const first = await (await fetch(url)).bytes();
  assert.ok(first.length > 12_000_000, `${first.length} bytes`);
  assert.deepEqual(await sharp(first).raw().toBuffer(), noise, "to the pixel");
  const lines = cloud.logged.length;
  cloud.edge.forget("");
  assert.deepEqual(await (await fetch(url)).bytes(), first);
  assert.equal(cloud.logged.length, lines);
});

test("fifty first requests at once keep one derivative: through one edge with one drawing, past it with many", async () => {
  await using cloud = await ownCloud(s3, { env: keeping, concurrency: 2 });
  const url = cloud.url("seen.png", { width: 102, format: "png" });
  const statuses = async (asking: () => Promise<Response>) => {
    const answers = await Promise.all(Array.from({ length: 50 }, asking));
    return new Set(answers.map(({ status }) => status));
  };
  assert.deepEqual(await statuses(() => fetch(url)), new Set([200]));
  assert.equal(noted(cloud.logged, "w:102"), 1);
  assert.equal(noted(cloud.logged, '"derivative":"kept"'), 1);

  // As regional caches ask, which know nothing of each other.
  const other = cloud.url("seen.png", { width: 103, format: "png" });
  const direct = await startFunctionUrl(cloud.fn);
  try {
    const key = keyOf(other, keeping);
    const headers = { "x-shutterspeed-path": pathOf(other) };
    assert.deepEqual(await statuses(() => fetch(`${direct.origin}/${key}`, { headers })), new Set([200]));
    assert.ok(noted(cloud.logged, "w:103") > 1, "drawn by more than one");
    assert.deepEqual(
      await s3.derivatives(key.slice(0, key.indexOf("/"))).then((keys) => keys.filter((one) => one === key)),
      [key],
    );
  } finally {
    direct.stop();
  }
});

/** What S3 says of an object that is encrypted with a key of one's own, moved, and to be let go. */
const ofS3 = {
  "x-amz-id-2": "a",
  "x-amz-request-id": "b",
  "x-amz-server-side-encryption": "aws:kms",
  "x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-central-1:111122223333:key/1",
  "x-amz-server-side-encryption-bucket-key-enabled": "true",
  "x-amz-storage-class": "STANDARD_IA",
  "x-amz-expiration": 'expiry-date="Fri, 23 Dec 2026 00:00:00 GMT"',
  "x-amz-meta-cache-tag": "c",
};

test("no viewer hears what origins say to the edge: neither S3's headers, nor Lambda's, nor the first request's id", async () => {
  const body = Buffer.from("x");
  const bucket: Origin = async () => ({
    status: 200,
    headers: { ...ofS3, "content-type": "image/png", "cache-control": "max-age=60" },
    body,
  });
  const internal = (response: Response) =>
    [...response.headers.keys()].filter((name) => /^x-amz|^x-request-id$|^x-shutterspeed/.test(name));
  const heard = async (url: string, cache: string, init = {}) => {
    const response = await fetch(url, { redirect: "manual", ...init });
    await response.bytes();
    assert.equal(response.headers.get("x-cache"), cache, url);
    assert.deepEqual(internal(response), [], url);
  };

  await using fromFunction = await ownCloud(s3, { env: keeping });
  const url = fromFunction.url("seen.png", { width: 104 });
  await heard(url, "Miss from edge");
  await heard(url, "Hit from edge");
  await heard(fromFunction.url("none.png"), "Error from edge");
  await heard(url.replace("/w:104/", "/w:105/"), "Error from edge");
  await heard(url, "Hit from edge", { method: "HEAD" });
  await heard(url, "Miss from edge", { method: "OPTIONS" });
  fromFunction.edge.forget("");
  await heard(url, "Miss from edge");

  await using fromBucket = await ownCloud(s3, { bucket });
  await heard(fromBucket.url("seen.png"), "Miss from edge");
  await heard(fromBucket.url("seen.png"), "Hit from edge");
});

test("both origins hear what the origin request policy lets through; of a header too long for S3 the function alone", async () => {
  const asked: Readonly<Record<string, string>>[] = [];
  const bucket: Origin = async ({ headers }) => {
    asked.push(headers);
    return { status: 404, headers: {}, body: Buffer.from("") };
  };
  const secret = "s".repeat(1500);
  await using cloud = await ownCloud(s3, { bucket, env: { IMGPROXY_SECRET: secret } });
  const headers = { authorization: `Bearer ${secret}`, cookie: "a=b", "x-mine": "1", accept: "image/webp" };
  const short = cloud.url("seen.png", { width: 106 });
  assert.equal((await fetch(`${short}?a=b`, { headers })).status, 200);
  assert.deepEqual(Object.keys(asked[0] ?? {}).sort(), [
    "x-forwarded-for",
    "x-shutterspeed-authorization",
    "x-shutterspeed-path",
  ]);
  assert.equal(asked[0]?.["x-shutterspeed-path"], pathOf(short));

  const long = cloud.url("seen.png", { width: 107, cachebuster: "c".repeat(5800) });
  assert.ok(pathOf(long).length <= 6144);
  assert.equal((await fetch(long, { headers })).status, 200);
  assert.equal(asked.length, 1, "S3 refused to be asked");
});

test("a function that finds another key than the edge's answers, has it not repeated, and counts it", async () => {
  await using cloud = await ownCloud(s3, { env: keeping });
  const direct = await startFunctionUrl(cloud.fn);
  // An edge of another deployment: its settings are others.
  const code = viewerRequestCode(readConfig({ IMGPROXY_QUALITY: "50" }));
  const origin = hearing(["x-shutterspeed-path"], functionOrigin(direct.origin, 30));
  const edge = await startEdge({ code, origin });
  try {
    const url = cloud.url("seen.png", { width: 108 });
    for (let nth = 1; nth <= 2; nth++) {
      const response = await fetch(url.replace(cloud.origin, `http://localhost:${edge.port}`));
      const { width } = await sharp(await response.bytes()).metadata();
      assert.deepEqual(
        [response.status, width, response.headers.get("x-cache"), response.headers.get("cache-control")],
        [200, 108, "Miss from edge", "no-store"],
      );
      assert.equal(noted(cloud.logged, '"KeyMismatch":1'), nth);
    }
    assert.equal(await s3.derivative(keyOf(url, keeping)), undefined, "nor kept");
  } finally {
    edge.stop();
    direct.stop();
  }
});

test("a path too long to go on in a header is 414 at the edge, and one that is no ASCII arrives as it was", async () => {
  await s3.put("日本 é.png", await drawn(40, 30).png().toBuffer());
  await using cloud = await ownCloud(s3);
  const long = await fetch(
    cloud.url("seen.png", { width: 20 }).replace("/w:20/", `/w:20/cb:${"c".repeat(6200)}/`),
  );
  assert.deepEqual([long.status, await long.text()], [414, "URL is too long"]);
  assert.equal(noted(cloud.logged, "ccc"), 0);
  const { width } = await sharp(
    await (await fetch(cloud.url("日本 é.png", { width: 20 }))).bytes(),
  ).metadata();
  assert.equal(width, 20);
});
