import assert from "node:assert/strict";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { objectTag } from "../../lambda/url/key.ts";
import { listen } from "../../lib/local/listen.ts";
import { accessVariables, buckets, s3Client } from "../../lib/local/s3/s3.ts";
import { ownS3 } from "../own-s3.ts";

const s3 = await ownS3();
const client = s3Client(s3);
/** SQS and CloudFront, which are not to be had here. */
const heard: string[] = [];
const others = createServer(async (request, response) => {
  const { "x-amz-target": action = "CreateInvalidation" } = request.headers;
  heard.push(`${action} ${await text(request)}`);
  response.writeHead(action === "CreateInvalidation" ? 201 : 200).end("{}");
});
const endpoint = `http://127.0.0.1:${await listen(others)}`;
after(async () => {
  others.close();
  client.destroy();
  await s3[Symbol.asyncDispose]();
});
Object.assign(process.env, accessVariables(s3), {
  AWS_ENDPOINT_URL_CLOUDFRONT: endpoint,
  SHUTTERSPEED_DERIVATIVES_BUCKET: buckets.derivatives,
  SHUTTERSPEED_PURGE_QUEUE: `${endpoint}/1/Purge`,
  SHUTTERSPEED_PURGE_DISTRIBUTION: "E2EXAMPLE",
  SHUTTERSPEED_PURGE_AGAIN_AFTER: "30",
  POWERTOOLS_LOG_LEVEL: "SILENT",
});
const { handler } = await import("../../lambda/purge.ts");

const record = (messageId: string, body: unknown) => ({
  messageId,
  receiptHandle: `receipt of ${messageId}`,
  body: JSON.stringify(body),
  attributes: {
    ApproximateReceiveCount: "1",
    SentTimestamp: `${Date.now()}`,
    SenderId: "",
    ApproximateFirstReceiveTimestamp: "",
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: "",
  awsRegion: "",
});

test("a batch is purged, however little time there is, and what failed is named", async () => {
  const tag = objectTag("pictures", "a.jpg");
  for (const Key of [`${tag}/1.any`, `expiring/${tag}/1.any.2`, "other/1.any"])
    await client.send(new PutObjectCommand({ Bucket: buckets.derivatives, Key, Body: "x" }));
  const changed = { source: "aws.s3", detail: { bucket: { name: "pictures" }, object: { key: "a.jpg" } } };
  const outcome = await handler(
    { Records: [record("1", changed), record("2", "nonsense")] },
    { getRemainingTimeInMillis: () => 1000 },
  );
  assert.deepEqual(outcome, { batchItemFailures: [{ itemIdentifier: "2" }] });
  assert.deepEqual(await s3.derivatives(""), ["other/1.any"]);
  const [invalidation = "", again = "", postponed = "", ...more] = heard;
  assert.deepEqual(more, []);
  assert.match(invalidation, new RegExp(`^CreateInvalidation .*<Path>#${tag}</Path>`));
  assert.match(again, new RegExp(`^AmazonSQS.SendMessage .*${tag}.*"DelaySeconds":30`));
  assert.match(postponed, /^AmazonSQS.ChangeMessageVisibility .*receipt of 2/);
});
