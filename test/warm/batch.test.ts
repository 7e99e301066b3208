import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { accessVariables, buckets, s3Client } from "../../lib/local/s3/s3.ts";
import { warmPrices } from "../../lib/warm/prices.ts";
import { ownCloud } from "../cloud/cloud.ts";
import { contextOf } from "../invocation.ts";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";

const s3 = await ownS3();
const env = {
  IMGPROXY_KEY: "943b421c9eb07c83",
  IMGPROXY_SALT: "520f986b998545b4",
  IMGPROXY_PRESETS: "thumb=w:20,card=w:30",
  IMGPROXY_SECRET: "word",
  IMGPROXY_AUTO_WEBP: "true",
  SHUTTERSPEED_KEEP_AFTER: "0",
};
const cloud = await ownCloud(s3, { env });
after(async () => {
  await cloud.stop();
  await s3[Symbol.asyncDispose]();
});
for (const key of ["photos/ä +%41.jpg", "b.JPEG", "c.png"])
  await s3.put(key, await drawn(50, 40).jpeg().toBuffer());
await s3.put("readme.txt", Buffer.from("no picture"));
await s3.put("broken.jpg", Buffer.from("no picture"));

Object.assign(process.env, env, accessVariables(s3));
const { handler } = await import("../../lambda/warm.ts");
const origin = cloud.origin;
const batchInput = {
  origin,
  bucket: buckets.pictures,
  presets: ["thumb", "card"],
  accepts: ["image/webp", "*/*"],
  prices: warmPrices(1769, "arm64"),
};
const batch = (Items: readonly { Key: string; Bucket?: string }[], remaining = 900_000) =>
  handler({ Items, BatchInput: batchInput }, contextOf(remaining));

describe("a batch", () => {
  test("of a listing makes every preset for every Accept of what is a picture by its name", async () => {
    const items = ["photos/", "photos/ä +%41.jpg", "b.JPEG", "readme.txt", "c.png"].map((Key) => ({ Key }));
    const { asked, drawn: made, failed, drawnMs, dollars } = await batch(items);
    assert.deepEqual([asked, made, failed], [12, 12, 0]);
    assert.ok(drawnMs > 0 && dollars > 0);
    assert.equal((await s3.derivatives("")).length, 12);
    const again = await batch(items);
    assert.deepEqual([again.asked, again.kept + again.cached, again.drawn], [12, 12, 0]);
  });

  test("of an inventory, whose keys are percent-encoded, finds the same pictures", async () => {
    const { kept, cached } = await batch([{ Bucket: buckets.pictures, Key: "photos/%C3%A4+%2B%2541.jpg" }]);
    assert.equal(kept + cached, 4);
  });

  test("tells what failed, and fails itself only when nothing was had", async () => {
    const { asked, failed, failures } = await batch([{ Key: "c.png" }, { Key: "broken.jpg" }]);
    assert.deepEqual([asked, failed, failures.length], [8, 4, 4]);
    assert.match(failures[0]?.reason ?? "", /^422 /);
    await assert.rejects(batch([{ Key: "broken.jpg" }]), /^Error: 4 pictures: .*4 failed.*; the first: 422 /);
  });

  test("in which nothing is a picture is no failure; one picture that could not be had is", async () => {
    assert.equal((await batch([{ Key: "readme.txt" }])).asked, 0);
    const one = { ...batchInput, presets: ["thumb"], accepts: ["*/*"] };
    const event = { Items: [{ Key: "broken.jpg" }], BatchInput: one };
    await assert.rejects(handler(event, contextOf(900_000)), /^Error: 1 picture: /);
  });

  test("asks for nothing once its time is nearly over", async () => {
    await assert.rejects(batch([{ Key: "c.png" }], 100_000), /no time was left in its batch/);
  });
});

test("at the end, what batches came to is added up from what the map wrote", async () => {
  const client = s3Client(s3);
  const put = (Key: string, value: unknown) =>
    client.send(new PutObjectCommand({ Bucket: buckets.derivatives, Key, Body: JSON.stringify(value) }));
  const fine = await batch([{ Key: "c.png" }, { Key: "b.JPEG" }]);
  const Input = JSON.stringify({ Items: [{ Key: "x.jpg" }], BatchInput: batchInput });
  await put("warm/1/SUCCEEDED_0.json", [{ Output: JSON.stringify(fine) }, { Output: JSON.stringify(fine) }]);
  await put("warm/1/FAILED_0.json", [{ Input, Error: "Error", Cause: "it broke" }]);
  const FAILED = [{ Key: "warm/1/FAILED_0.json", Size: 1 }];
  const SUCCEEDED = [{ Key: "warm/1/SUCCEEDED_0.json", Size: 1 }];
  await put("warm/1/manifest.json", { ResultFiles: { FAILED, PENDING: [], SUCCEEDED } });
  client.destroy();

  const details = { Bucket: buckets.derivatives, Key: "warm/1/manifest.json" };
  const told = (toleratedFailurePercentage: number) =>
    handler({ ResultWriterDetails: details, toleratedFailurePercentage }, contextOf(900_000));
  const report = await told(20);
  assert.deepEqual(
    { asked: report.asked, failed: report.failed, failures: report.failures },
    { asked: 20, failed: 4, failures: [{ url: "x.jpg", accept: "", reason: "it broke" }] },
  );
  assert.match(
    String(Object(report).says),
    /^20 pictures: .*4 failed; at most \$0\.\d{4}; the first failure: it broke x\.jpg$/,
  );
  assert.deepEqual([Object(report).fine, Object(await told(19)).fine], [true, false]);
});
