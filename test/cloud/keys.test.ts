import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { readConfig } from "../../lambda/config/variables.ts";
import { derivativeKey } from "../../lambda/url/key.ts";
import { memoryStore } from "../../lib/local/edge/key-value-store.ts";
import { buckets, s3Client } from "../../lib/local/s3/s3.ts";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";
import { ownCloud } from "./cloud.ts";

const s3 = await ownS3();
await s3.put("seen.png", await drawn(400, 300, { alpha: true }).png().toBuffer());
const keyValueStore = memoryStore();
const cloud = await ownCloud(s3, { keyValueStore, env: { SHUTTERSPEED_KEEP_AFTER: "0" } });
after(async () => {
  await cloud.stop();
  await s3[Symbol.asyncDispose]();
});
const signed = (path: string) => {
  const mac = createHmac("sha256", Buffer.from("943b421c9eb07c83", "hex"));
  return `/${mac.update(Buffer.from("520f986b998545b4", "hex")).update(path).digest("base64url")}${path}`;
};
const statusOf = async (url: string) => (await fetch(url)).status;

test("a bad signature, and a URL whose time is over, are refused at the edge: the function hears of neither", async () => {
  await fetch(`${cloud.origin}/health`);
  const lines = cloud.logged.length;
  const right = cloud.url("seen.png", { width: 10 });
  assert.equal(await statusOf(right.replace("/w:10/", "/w:11/")), 403);
  assert.equal(await statusOf(cloud.origin + signed("/exp:1/plain/s3://pictures/seen.png")), 404);
  assert.equal(cloud.logged.length, lines);
});

test("a revoked key's pictures are refused at once, also what the cache and S3 hold", async () => {
  const url = cloud.url("seen.png", { width: 77, format: "png" });
  assert.equal(await statusOf(url), 200);
  cloud.edge.forget("");
  const kept = await fetch(url);
  assert.equal(kept.headers.get("x-cache"), "Miss from edge", "of S3");
  for (const internal of ["x-amz-meta-cache-tag", "x-request-id"])
    assert.equal(kept.headers.get(internal), null, internal);
  assert.equal((await fetch(url)).headers.get("x-cache"), "Hit from edge");

  const before = (await keyValueStore.get("keys")) ?? "";
  await keyValueStore.put("keys", "61:62");
  assert.equal(await statusOf(url), 403, "cached");
  cloud.edge.forget("");
  assert.equal(await statusOf(url), 403, "kept");
  await keyValueStore.put("keys", before);
  assert.equal(await statusOf(url), 200);
});

for (const edgeVerification of [true, false]) {
  const who = edgeVerification ? "the edge" : "the function";
  test(`a picture whose time is over is refused where ${who} verifies, also when it was cached; S3 never had it`, async () => {
    await using own = await ownCloud(s3, { edgeVerification, env: { SHUTTERSPEED_KEEP_AFTER: "0" } });
    await fetch(`${own.origin}/health`);
    const until = Math.ceil(Date.now() / 1000) + 3;
    const path = signed(`/exp:${until}/w:${edgeVerification ? 61 : 62}/plain/s3://pictures/seen.png`);
    const ask = async () => {
      const { status, headers } = await fetch(own.origin + path);
      return [status, headers.get("x-cache")];
    };
    const began = performance.now();
    assert.deepEqual(await ask(), [200, "Miss from edge"]);
    const answered = performance.now() - began;
    assert.deepEqual(await ask(), [200, "Hit from edge"]);
    const kept = await s3.derivatives("");
    // The edge looks at the clock; a cache counts whole seconds, as imgproxy says them, from when it was answered.
    const late = edgeVerification ? 0 : 1000 + answered;
    await pause(until * 1000 + 1000 + late - Date.now());
    const drawings = own.logged.length;
    assert.deepEqual(await ask(), [404, "Error from edge"]);
    assert.equal(own.logged.length > drawings, !edgeVerification, "who refused it");
    own.edge.forget("");
    assert.deepEqual(await ask(), [404, "Error from edge"]);
    assert.deepEqual(await s3.derivatives(""), kept);
  });
}

test("at the edge a picture whose time is over is refused even if it lies in S3", async () => {
  const keyOf = (path: string) => derivativeKey(path, undefined, readConfig({})) ?? "";
  const lasting = signed("/w:63/plain/s3://pictures/seen.png");
  assert.equal(await statusOf(cloud.origin + lasting), 200);
  assert.ok(await s3.derivative(keyOf(lasting)), "kept under the key we know");

  const path = signed("/exp:1/w:63/plain/s3://pictures/seen.png");
  const client = s3Client(s3);
  const object = { Bucket: buckets.derivatives, Key: keyOf(path), Body: "kept", ContentType: "image/png" };
  await client.send(new PutObjectCommand(object));
  client.destroy();
  assert.equal(await statusOf(cloud.origin + path), 404);
});

test("without verification at the edge the function refuses", async () => {
  await using unverified = await ownCloud(s3, { edgeVerification: false });
  const right = unverified.url("seen.png", { width: 10 });
  const refused = await fetch(right.replace("/w:10/", "/w:11/"));
  assert.deepEqual([refused.status, await refused.text()], [403, "Forbidden"]);
  assert.ok(unverified.logged.some((line) => line.includes("w:11")));
});

test("where the function verifies, nothing that was kept under a key is found once it is gone, nor what the cache held", async () => {
  await using first = await ownCloud(s3, { edgeVerification: false, env: { SHUTTERSPEED_KEEP_AFTER: "0" } });
  const url = first.url("seen.png", { width: 78, format: "png" });
  assert.equal(await statusOf(url), 200);
  assert.equal((await fetch(url)).headers.get("x-cache"), "Hit from edge");
  const drawings = (cloud: typeof first) => cloud.logged.filter((line) => line.includes("w:78")).length;
  assert.equal(drawings(first), 1);

  const asked = async (env: Readonly<Record<string, string>>) => {
    await using next = await ownCloud(s3, { edgeVerification: false, env });
    const status = await statusOf(url.replace(first.origin, next.origin));
    return [status, drawings(next)];
  };
  assert.deepEqual(await asked({}), [200, 0], "the same keys: S3 answers, and the function hears of nothing");
  assert.deepEqual(await asked({ IMGPROXY_KEY: "61", IMGPROXY_SALT: "62" }), [403, 1]);
  const both = { IMGPROXY_KEY: "61,943b421c9eb07c83", IMGPROXY_SALT: "62,520f986b998545b4" };
  assert.deepEqual(await asked({ ...both }), [200, 1], "drawn once more");
  assert.deepEqual(await asked({ IMGPROXY_SIGNATURE_SIZE: "12" }), [403, 1]);
});

test("50 first requests for one picture, at functions that know nothing of each other, keep one derivative", async () => {
  const { pathname } = new URL(cloud.url("seen.png", { width: 91, format: "png" }));
  const config = readConfig({ SHUTTERSPEED_KEEP_AFTER: "0" });
  const key = derivativeKey(pathname, undefined, config) ?? "";
  const event = {
    version: "2.0",
    rawPath: `/${key}`,
    rawQueryString: "",
    headers: { "x-shutterspeed-path": pathname },
    requestContext: { http: { method: "GET", path: `/${key}` }, requestId: "1" },
  };
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => cloud.fn.invoke(event)));
  for (const outcome of outcomes) assert.equal("json" in outcome && JSON.parse(outcome.json).statusCode, 200);
  assert.equal((await s3.derivative(key))?.ContentType, "image/png");
  assert.equal((await s3.derivatives("")).filter((name) => name.includes(key.slice(0, 65))).length, 1);
});
