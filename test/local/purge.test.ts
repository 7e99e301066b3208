import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { invalidationsOf } from "../../lambda/purge/invalidation.ts";
import { queueAt } from "../../lambda/purge/queue.ts";
import { edgeCache } from "../../lib/local/edge/cache.ts";
import { startEdge } from "../../lib/local/edge/edge.ts";
import type { Answer } from "../../lib/local/edge/http.ts";
import { startControlPlane } from "../../lib/local/purge/control-plane.ts";
import { memoryQueue, type QueueRecord } from "../../lib/local/purge/queue.ts";
import { startS3Events } from "../../lib/local/purge/s3-events.ts";
import { s3Client } from "../../lib/local/s3/s3.ts";
import { underLoad } from "../load.ts";
import { ownS3 } from "../own-s3.ts";

/** The stand-ins do what AWS says of the services. */
const tagged = (tag: string): Answer => ({
  status: 200,
  headers: { "cache-control": "max-age=60", "x-amz-meta-cache-tag": tag },
  body: Buffer.from(tag),
});

test("an invalidation drops what has the tag, in capitals or not, or the path, and nothing else", () => {
  const cache = edgeCache(1000);
  const many = Array.from({ length: 51 }, (_, nth) => `t${nth}`).join(", ");
  for (const [uri, tag] of [
    ["/a/1", "cat"],
    ["/a/2", "dog, Cat"],
    ["/b/1", "cats"],
    ["/b/2", many],
    ["/c", ""],
  ] as const)
    cache.keep(uri, tagged(tag));
  const left = () => ["/a/1", "/a/2", "/b/1", "/b/2", "/c"].filter((uri) => cache.find(uri));
  cache.invalidate(["#ca", "#cat*", "/a", "#t50"]);
  assert.deepEqual(left(), ["/a/1", "/a/2", "/b/1", "/b/2", "/c"], "no wildcards in tags; 50 of them count");
  cache.invalidate(["#CAT"]);
  assert.deepEqual(left(), ["/b/1", "/b/2", "/c"]);
  cache.invalidate(["/c", "#t49"]);
  assert.deepEqual(left(), ["/b/1"]);
  cache.keep("/a/1", tagged("cat"));
  cache.invalidate(["/*"]);
  assert.deepEqual(left(), []);
});

test("what is on its way at an invalidation is cached when it comes, unless it was asked for anew", async (t) => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let asked = 0;
  const edge = await startEdge({
    code: "function handler(event) { return event.request; }",
    origin: async () => {
      const nth = asked++;
      await gates[nth]?.promise;
      return { ...tagged("cat"), body: Buffer.from(`${nth}`) };
    },
  });
  t.after(edge.stop);
  const get = async (path: string) => (await fetch(`http://localhost:${edge.port}${path}`)).text();
  const reached = async (count: number) => {
    while (asked < count) await pause(2);
  };
  const old = get("/a");
  await reached(1);
  edge.invalidate(["#cat"]);
  gates[0]?.resolve();
  assert.deepEqual([await old, await get("/a")], ["0", "0"]);
  edge.invalidate(["#cat"]);

  const before = get("/a");
  await reached(2);
  edge.invalidate(["#cat"]);
  const anew = get("/a");
  await reached(3);
  gates[2]?.resolve();
  assert.equal(await anew, "2");
  gates[1]?.resolve();
  assert.deepEqual([await before, await get("/a")], ["1", "2"], "the old one comes last, and is not kept");
});

test("a queue hands over what is due in batches, again what failed, and lays aside what fails too often", async (t) => {
  const batches: (readonly QueueRecord[])[] = [];
  const queue = memoryQueue({
    batch: 2,
    visibility: 400,
    receives: 3,
    async deliver(records) {
      batches.push(records);
      return records.filter(({ body }) => body === "bad").map(({ messageId }) => messageId);
    },
  });
  t.after(queue.stop);
  queue.send("later", 1.5);
  const sent = ["bad", "1", "2", "3"].map((body) => queue.send(body));
  await Promise.all(sent.map(({ tried }) => tried));
  assert.deepEqual(
    batches.map((batch) => batch.map(({ body }) => body)),
    [
      ["bad", "1"],
      ["2", "3"],
    ],
  );
  while (queue.size > 0) await pause(5);
  const times = batches.flat().filter(({ body }) => body === "bad");
  assert.deepEqual(
    times.map(({ attributes }) => attributes.ApproximateReceiveCount),
    ["1", "2", "3"],
  );
  assert.deepEqual(queue.deadLetters, ["bad"]);
  assert.equal(batches.flat().at(-1)?.body, "later");
});

test("what is postponed comes when it is said, also of a batch that died", async (t) => {
  const at: number[] = [];
  const queue = memoryQueue({
    visibility: 10_000,
    async deliver([record]) {
      at.push(performance.now());
      if (at.length > 1) return [];
      queue.postpone(record?.receiptHandle ?? "", 0.1);
      throw new Error("dead");
    },
  });
  t.after(queue.stop);
  queue.send("x");
  while (queue.size > 0) await pause(5);
  const [first = 0, second = 0] = at;
  assert.ok(second - first > 95 && second - first < underLoad(2000), `${second - first} ms`);
  assert.equal(queue.postpone("nobody's", 1), false);
});

test("the function's own calls are understood; what CloudFront and SQS would refuse is refused", async (t) => {
  const dropped: (readonly string[])[] = [];
  const queue = memoryQueue({ deliver: async () => [] });
  const plane = await startControlPlane({
    queue,
    invalidate: (items) => dropped.push(items),
    refuses: (items) => (items.includes("/refused") ? "TooManyInvalidationsInProgress" : undefined),
  });
  t.after(() => {
    plane.stop();
    queue.stop();
  });
  const env = {
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL_CLOUDFRONT: plane.endpoint,
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
  };
  const invalidate = invalidationsOf("E1", env);
  await invalidate(["#0a", "/*"], "one");
  await invalidate(["#0a", "/*"], "one");
  assert.deepEqual(dropped, [["#0a", "/*"]], "the same reference is the same invalidation");
  for (const items of [["0a"], ["#"], ["#a,b"], [`#${"x".repeat(257)}`], []])
    await assert.rejects(
      invalidate(items, "two"),
      { message: "CloudFront: 400 InvalidArgument" },
      items.join(),
    );
  await assert.rejects(invalidate(["/refused"], "three"), { message: /TooManyInvalidationsInProgress/ });
  const sqs = queueAt(plane.queueUrl, env);
  await sqs.send("x", 900);
  assert.equal(queue.size, 1);
  await assert.rejects(sqs.send("x", 901), { message: /^SQS: SendMessage: 400 / });
  await assert.rejects(sqs.postpone("nobody's", 1), { message: /^SQS: ChangeMessageVisibility: 400 / });
});

const s3 = await ownS3();
after(() => s3[Symbol.asyncDispose]());

test("EventBridge's part tells of what S3 has done, by the key as it is, and of nothing else", async (t) => {
  const heard: string[] = [];
  const telling = await startS3Events(s3, "pictures", (event) => {
    const { "detail-type": happened, detail } = JSON.parse(event);
    heard.push(`${happened} ${detail.bucket.name} ${detail.object.key}`);
  });
  const client = s3Client(telling);
  t.after(() => {
    client.destroy();
    telling.stop();
  });
  const key = "a b+/é%20?&<1>.jpg";
  await client.send(new PutObjectCommand({ Bucket: "pictures", Key: key, Body: "x" }));
  await client.send(new GetObjectCommand({ Bucket: "pictures", Key: key }));
  await client.send(new PutObjectCommand({ Bucket: "derivatives", Key: key, Body: "x" }));
  await assert.rejects(client.send(new PutObjectCommand({ Bucket: "nowhere", Key: key, Body: "x" })));
  await client.send(new DeleteObjectCommand({ Bucket: "pictures", Key: key }));
  assert.deepEqual(heard, [`Object Created pictures ${key}`, `Object Deleted pictures ${key}`]);
});
