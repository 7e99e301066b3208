import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { request as ask, createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import pMap from "p-map";
import sharp from "sharp";
import { derivativePrefixes, objectTag } from "../../lambda/url/key.ts";
import { listen } from "../../lib/local/listen.ts";
import { startS3Events } from "../../lib/local/purge/s3-events.ts";
import { buckets, s3Client } from "../../lib/local/s3/s3.ts";
import { ownS3 } from "../own-s3.ts";
import { tries } from "../thorough.ts";
import { ownCloud } from "./cloud.ts";

/**
 * The whole way of an event, on real parts: an embedded S3 that is written to by the SDK, the deployed handlers in Lambda's runtime client,
 * signed requests over HTTP. The queue, CloudFront's API and EventBridge are stand-ins.
 */
const s3 = await ownS3();
/** Seconds until it is purged again; no drawing here takes as long. */
const AGAIN = 2;

type Cloud = Awaited<ReturnType<typeof ownCloud>>;

/** A cloud that keeps whatever it draws, and an S3 whose writes it hears of. */
async function hearing(props: Parameters<typeof ownCloud>[1] = {}) {
  const cloud = await ownCloud(s3, {
    ...props,
    env: { SHUTTERSPEED_KEEP_AFTER: "0", ...props.env },
    purging: { againAfter: AGAIN, ...props.purging },
  });
  const telling = await startS3Events(s3, buckets.pictures, (event) => {
    cloud.purging.queue.send(event);
  });
  const client = s3Client(telling);
  return {
    ...cloud,
    write: async (key: string, color: string) =>
      client.send(new PutObjectCommand({ Bucket: buckets.pictures, Key: key, Body: await plain(color) })),
    remove: (key: string) => client.send(new DeleteObjectCommand({ Bucket: buckets.pictures, Key: key })),
    async [Symbol.asyncDispose]() {
      client.destroy();
      telling.stop();
      await cloud.stop();
    },
  };
}

const reading = s3Client(s3);
const cloud = await hearing();
after(async () => {
  reading.destroy();
  await cloud[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

const plain = (background: string) =>
  sharp({ create: { width: 20, height: 10, channels: 3, background } })
    .png()
    .toBuffer();

/** What a viewer sees: the colour, or the status where there is no picture. */
async function seen(url: string): Promise<string> {
  const response = await fetch(url);
  const bytes = await response.bytes();
  if (response.status !== 200) return String(response.status);
  const { data } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return `#${data.subarray(0, 3).toString("hex")}`;
}
const from = async (url: string) => (await fetch(url)).headers.get("x-cache");

/** Asks until the viewer sees this; tells the ms that took. */
async function until(wanted: string, url: string, within = 10_000): Promise<number> {
  const began = performance.now();
  for (;;) {
    const now = await seen(url);
    const ms = performance.now() - began;
    if (now === wanted) return Math.round(ms);
    assert.ok(ms < within, `${now}, not ${wanted}, after ${Math.round(ms)} ms`);
    await pause(10);
  }
}

/** ETags of all derivatives of a source, by key. */
async function made(key: string): Promise<Readonly<Record<string, string | undefined>>> {
  const of = await Promise.all(
    derivativePrefixes(objectTag(buckets.pictures, key)).map(async (Prefix) => {
      const { Contents = [] } = await reading.send(
        new ListObjectsV2Command({ Bucket: buckets.derivatives, Prefix }),
      );
      return Contents.map(({ Key = "", ETag }) => [Key, ETag] as const);
    }),
  );
  return Object.fromEntries(of.flat());
}

/** Settles when this holds; rejects after half a minute. */
async function holds(is: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await is()); await pause(10))
    assert.ok(Date.now() < end, String(is));
}

/** Settles when nothing waits in the queue any more, also not for the second time. */
const quiet = ({ purging }: Pick<Cloud, "purging">) => holds(() => purging.queue.size === 0);

/** A picture nobody touches: kept, and in the cache. */
async function bystander({ url }: Pick<Cloud, "url">) {
  const key = `beside-${randomInt(1e9)}/é +%.png`;
  await s3.put(key, await plain("#0000ff"));
  const beside = url(key, { width: 7, format: "png" });
  await seen(beside);
  const before = await made(key);
  assert.equal(Object.keys(before).length, 1);
  return async () => {
    assert.equal(await from(beside), "Hit from edge");
    assert.deepEqual(await made(key), before);
  };
}

const later = Math.floor(Date.now() / 1000) + 3600;

test("an overwritten source: all that was made of the old one goes, from bucket and cache, and nothing else", async (t) => {
  const key = "over +%&é<1>.png";
  await s3.put(key, await plain("#ff0000"));
  const urls = [
    cloud.url(key, { width: 5, format: "png" }),
    cloud.url(key, { width: 6, format: "png" }),
    cloud.url(key, { width: 5, format: "png", expires: later }),
  ] as const;
  for (const url of urls) assert.equal(await seen(url), "#ff0000");
  const untouched = await bystander(cloud);
  const old = await made(key);
  assert.equal(
    Object.keys(old).length,
    2,
    "what a link that expires asks for is kept only where it is too big to be sent",
  );
  await reading.send(
    new PutObjectCommand({
      Bucket: buckets.derivatives,
      Key: `expiring/${objectTag(buckets.pictures, key)}/big.any.1`,
      Body: "too big",
    }),
  );
  assert.equal(Object.keys(await made(key)).length, 3);

  await cloud.write(key, "#00ff00");
  const ms = await until("#00ff00", urls[0]);
  t.diagnostic(`${ms} ms from event to new picture, with a cold start of what purges`);
  for (const url of urls) assert.equal(await seen(url), "#00ff00");
  const kept = await made(key);
  for (const etag of Object.values(kept)) assert.ok(!Object.values(old).includes(etag));
  await cloud.write(key, "#00fffe");
  t.diagnostic(`${await until("#00fffe", urls[0])} ms without`);
  await quiet(cloud);
  assert.deepEqual(await made(key), {}, "once more after the time a drawing may take");
  for (const url of urls) assert.equal(await seen(url), "#00fffe");
  await untouched();
});

test("a deleted source is gone for every viewer; one that comes is there for those who missed it", async () => {
  await s3.put("goes.png", await plain("#ff0000"));
  const [gone, come] = [cloud.url("goes.png", { width: 5 }), cloud.url("comes.png", { width: 5 })];
  assert.deepEqual([await seen(gone), await seen(come)], ["#ff0000", "404"]);
  assert.equal(await from(come), "Hit from edge", "the edge repeats that it is missing");
  const untouched = await bystander(cloud);
  // A rename is both.
  await cloud.write("comes.png", "#ff0000");
  await cloud.remove("goes.png");
  await until("404", gone);
  await until("#ff0000", come);
  assert.deepEqual(await made("goes.png"), {});
  await untouched();
  await quiet(cloud);
  assert.deepEqual([await seen(gone), await seen(come)], ["404", "#ff0000"]);
});

test("what a drawing in flight writes back is gone after the second time", async (t) => {
  // What the function keeps goes through here, and waits while it is held.
  let held: { readonly asked: () => void; readonly go: Promise<void> } | undefined;
  const { hostname, port } = new URL(s3.endpoint);
  const gate = createServer(async (request, response) => {
    const body = await buffer(request);
    if (request.method === "PUT" && held) {
      held.asked();
      await held.go;
    }
    // Also when whoever asked has given up waiting: S3 does not ask.
    const { method, url, headers } = request;
    const passing = ask({ hostname, port, method, path: url, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
    });
    passing.on("error", () => response.destroy()).end(body);
  });
  const endpoint = s3.endpoint.replace(`:${port}`, `:${await listen(gate)}`);
  await using slow = await hearing({ s3: { ...s3, endpoint }, derivatives: s3 });
  t.after(() => gate.close().closeAllConnections());
  // What purges is on its feet.
  await slow.write("warm.png", "#ff0000");
  await until("#ff0000", slow.url("warm.png"));

  await s3.put("flight.png", await plain("#ff0000"));
  const url = slow.url("flight.png", { width: 5, format: "png" });
  const [asked, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  held = { asked: asked.resolve, go: go.promise };
  const inFlight = seen(url);
  await asked.promise;
  const before = slow.purging.queue.size;
  await slow.write("flight.png", "#00ff00");
  const lines = slow.logged.length;
  await holds(() => slow.logged.slice(lines).some((line) => line.includes('"purge"')));
  assert.deepEqual(await made("flight.png"), {}, "the first time there is nothing yet");
  go.resolve();
  held = undefined;
  assert.equal(await inFlight, "#ff0000");
  await holds(async () => Object.keys(await made("flight.png")).length === 1);
  assert.deepEqual([await seen(url), await from(url)], ["#ff0000", "Hit from edge"]);
  assert.ok(slow.purging.queue.size > before, "the second time is to come");
  const ms = await until("#00ff00", url);
  assert.ok(ms < (AGAIN + 2) * 1000, `${ms} ms`);
  await quiet(slow);
  assert.equal(await seen(url), "#00ff00");
  t.diagnostic(`${ms} ms after it was written back, with ${AGAIN} s until the second time`);
});

test("a picture drawn of what a function had in memory, unasked, is gone after the second time", async () => {
  await using remembering = await hearing({
    ...{ concurrency: 1, env: { SHUTTERSPEED_RECENT_SECONDS: "3" } },
    purging: { againAfter: 5 },
  });
  await s3.put("memory.png", await plain("#ff0000"));
  const [url, other] = [5, 6].map((width) => remembering.url("memory.png", { width, format: "png" }));
  assert.equal(await seen(url ?? ""), "#ff0000");
  await remembering.write("memory.png", "#00ff00");
  assert.equal(await seen(other ?? ""), "#ff0000", "not asked whether it is still the same");
  assert.ok((await until("#00ff00", other ?? "")) < 7000);
  await quiet(remembering);
  assert.equal(await seen(url ?? ""), "#00ff00");
});

test("thousands of derivatives of one source go, and none of another", async (t) => {
  const count = tries(1200, 10_000);
  const [own, other] = ["many.png", "few.png"].map((key) => objectTag(buckets.pictures, key));
  const put = (Key: string) =>
    reading.send(new PutObjectCommand({ Bucket: buckets.derivatives, Key, Body: "x" }));
  const others = [`${other}/1.any`, `expiring/${other}/1.any`, `${own}0/1.any`, `expiring/${own}0/1.any`];
  await pMap(others, put);
  await pMap(Array.from({ length: count }).keys(), (nth) => put(`${own}/${nth}.any`), { concurrency: 20 });
  const began = performance.now();
  await cloud.write("many.png", "#00ff00");
  const prefix = { Bucket: buckets.derivatives, Prefix: `${own}/` };
  await holds(async () => (await reading.send(new ListObjectsV2Command(prefix))).KeyCount === 0);
  t.diagnostic(`${count} derivatives gone ${Math.round(performance.now() - began)} ms after the event`);
  const left = await Promise.all([other, `${own}0`].map((tag) => s3.derivatives(`${tag}/`)));
  const apart = await Promise.all([other, `${own}0`].map((tag) => s3.derivatives(`expiring/${tag}/`)));
  assert.deepEqual([...left.flat(), ...apart.flat()].sort(), others.toSorted());
  await quiet(cloud);
});

test("a queue that delivers twice and in another order changes nothing", async (t) => {
  const copies = () => [randomInt(400), randomInt(400)];
  await using disturbed = await hearing({ purging: { queue: { copies, batch: 7 } } });
  const keys = Array.from({ length: 12 }, (_, nth) => `twice-${nth}.png`);
  const url = (key: string) => disturbed.url(key, { width: 5, format: "png" });
  await pMap(keys, async (key) => s3.put(key, await plain("#ff0000")));
  for (const key of keys) assert.equal(await seen(url(key)), "#ff0000");
  const untouched = await bystander(disturbed);
  for (const key of keys) await disturbed.write(key, "#000001");
  for (const key of keys.toReversed()) await disturbed.write(key, "#00ff00");
  for (const key of keys) await until("#00ff00", url(key));
  await quiet(disturbed);
  for (const key of keys) assert.equal(await seen(url(key)), "#00ff00", key);
  await untouched();
  const batches = disturbed.logged
    .filter((line) => line.includes('"message":"purge"'))
    .map((line) => JSON.parse(line));
  const messages = batches.reduce((sum, { messages }) => sum + messages, 0);
  assert.ok(messages >= keys.length * 4, "two writes, each told twice");
  t.diagnostic(`${messages} messages in ${batches.length} invalidations`);
});

test("an invalidation that is refused comes again, and in the end lies among the dead letters", async (t) => {
  let times = 0;
  const refuses = () => (times++ === 0 ? "TooManyInvalidationsInProgress" : undefined);
  await using throttled = await hearing({ purging: { refuses } });
  await s3.put("throttled.png", await plain("#ff0000"));
  const url = throttled.url("throttled.png", { width: 5, format: "png" });
  assert.equal(await seen(url), "#ff0000");
  const untouched = await bystander(throttled);
  await throttled.write("throttled.png", "#00ff00");
  const ms = await until("#00ff00", url);
  assert.ok(times >= 2);
  t.diagnostic(`${ms} ms, CloudFront refused once`);
  assert.ok(throttled.logged.some((line) => line.includes("CloudFront: 400 TooManyInvalidationsInProgress")));
  await quiet(throttled);
  assert.deepEqual(throttled.purging.queue.deadLetters, []);
  await untouched();

  await using never = await hearing({ purging: { refuses: () => "Throttling", queue: { receives: 1 } } });
  await never.write("throttled.png", "#0000ff");
  await holds(() => never.purging.queue.deadLetters.length > 0);
  assert.equal(JSON.parse(never.purging.queue.deadLetters[0] ?? "").detail.object.key, "throttled.png");
});
