import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Deadline } from "../../lambda/deadline.ts";
import { bucketPlace, deletionIn } from "../../lambda/purge/deletion.ts";
import { invalidationsOf } from "../../lambda/purge/invalidation.ts";
import { queueAt } from "../../lambda/purge/queue.ts";
import { record } from "../../lib/local/lambda/record.ts";
import { accessVariables } from "../../lib/local/s3/access.ts";
import { startFolderS3 } from "../../lib/local/s3/folder-s3.ts";

/** What goes out over HTTP; there is no CloudFront and no SQS to be had here. */
const heard: {
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}[] = [];
function last() {
  const request = heard.at(-1);
  if (!request) throw new Error("nothing was heard");
  return request;
}
let answer: readonly [status: number, body: string] = [201, ""];
const server = createServer(async (request, response) => {
  heard.push({ url: request.url, headers: request.headers, body: await text(request) });
  response.writeHead(answer[0]).end(answer[1]);
}).listen(0, "127.0.0.1");
await once(server, "listening");
after(() => server.close());
const endpoint = `http://127.0.0.1:${record(server.address()).port}`;
const env = {
  AWS_ACCESS_KEY_ID: "AKID",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "session",
  AWS_REGION: "eu-central-1",
  AWS_ENDPOINT_URL_CLOUDFRONT: endpoint,
};

test("an invalidation is signed for CloudFront, which lies in no region, and names tags after a #", async () => {
  await invalidationsOf("E2EXAMPLE", env)(["#0a", "#0b"], "once");
  const { url, headers, body } = last();
  assert.equal(url, "/2020-05-31/distribution/E2EXAMPLE/invalidation");
  assert.match(String(headers.authorization), /Credential=AKID\/\d{8}\/us-east-1\/cloudfront\/aws4_request/);
  assert.equal(headers["x-amz-security-token"], "session");
  answer = [200, ""];
  await invalidationsOf("E2EXAMPLE", env)(["#0a", "#0b"], "once");
  answer = [201, ""];
  assert.equal(
    body,
    '<?xml version="1.0" encoding="UTF-8"?><InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Paths><Quantity>2</Quantity><Items><Path>#0a</Path><Path>#0b</Path></Items></Paths><CallerReference>once</CallerReference></InvalidationBatch>',
  );
  await invalidationsOf("E2EXAMPLE", { ...env, AWS_REGION: "cn-north-1" })(["/*"], "once");
  assert.match(String(last().headers.authorization), /\/cn-northwest-1\/cloudfront\//);
});

test("a refusal is told by CloudFront's word for it", async (t) => {
  t.after(() => {
    answer = [201, ""];
  });
  answer = [
    400,
    '<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>TooManyInvalidationsInProgress</Code><Message>Processing your request will cause you to exceed the maximum number of in-progress wildcard invalidations.</Message></Error></ErrorResponse>',
  ];
  const invalidate = invalidationsOf("E2EXAMPLE", env);
  await assert.rejects(invalidate(["#0a"], "r"), {
    message: "CloudFront: 400 TooManyInvalidationsInProgress",
  });
  answer = [503, "<html>"];
  await assert.rejects(invalidate(["#0a"], "r"), { message: "CloudFront: 503 " });
});

test("the queue is asked where its URL lies, in whole seconds and never too early", async (t) => {
  t.after(() => {
    answer = [201, ""];
  });
  answer = [200, "{}"];
  const url = `${endpoint}/111122223333/Purge`;
  await queueAt(url, env).send("body", 29.2);
  const { headers, body } = last();
  assert.deepEqual(
    [headers["x-amz-target"], headers["content-type"]],
    ["AmazonSQS.SendMessage", "application/x-amz-json-1.0"],
  );
  assert.match(String(headers.authorization), /\/eu-central-1\/sqs\/aws4_request/);
  assert.deepEqual(JSON.parse(body), { QueueUrl: url, MessageBody: "body", DelaySeconds: 30 });
  await queueAt(url, env).postpone("receipt", 7.5);
  assert.deepEqual(JSON.parse(last().body), {
    QueueUrl: url,
    ReceiptHandle: "receipt",
    VisibilityTimeout: 8,
  });
  answer = [403, '{"__type":"AccessDenied"}'];
  await assert.rejects(queueAt(url, env).send("body", 0), {
    message: 'SQS: SendMessage: 403 {"__type":"AccessDenied"}',
  });
});

test("deleting comes a thousand further each time, however little time there is, and touches nothing beside", async () => {
  const home = await mkdtemp(join(tmpdir(), "deletion-"));
  const s3 = await startFolderS3({ pictures: home, derivatives: join(home, "kept") });
  const client = new S3Client({ ...s3, forcePathStyle: true });
  try {
    const put = (Key: string) => client.send(new PutObjectCommand({ Bucket: "derivatives", Key, Body: "x" }));
    for (let nth = 0; nth < 1001; nth++) await put(`a/${nth}`);
    await put("ab/<1>&");
    const below = deletionIn("derivatives", accessVariables(s3));
    assert.deepEqual(await below("a/", Deadline.in(0)), { deleted: 1000, done: false });
    assert.deepEqual(await below("a/", Deadline.in(0)), { deleted: 1, done: true });
    assert.deepEqual(await below("a/", Deadline.in(0)), { deleted: 0, done: true });
    assert.deepEqual(await below("", Deadline.in(0)), { deleted: 1, done: true });
    await assert.rejects(deletionIn("nowhere", accessVariables(s3))("", Deadline.in(1000)), {
      message: "404 NoSuchBucket",
    });
  } finally {
    client.destroy();
    await s3.stop();
    await rm(home, { recursive: true });
  }
});

test("a store that is silent is given up after the time all attempts may take; one that stumbles is asked again", async (t) => {
  let asked = 0;
  const own = createServer((_, response) => {
    asked++;
    if (asked === 2) response.writeHead(503).end("<Error><Code>SlowDown</Code></Error>");
    if (asked === 3) response.end("<ListBucketResult></ListBucketResult>");
  }).listen(0, "127.0.0.1");
  await once(own, "listening");
  t.after(() => own.closeAllConnections());
  t.after(() => own.close());
  const place = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${record(own.address()).port}` };
  const below = deletionIn("mine", place, undefined, 700);
  const began = performance.now();
  await assert.rejects(below("a/", Deadline.in(60_000)));
  const spent = performance.now() - began;
  assert.ok(spent >= 690 && spent < 5000, `${spent}`);
  assert.deepEqual([await below("a/", Deadline.in(60_000)), asked], [{ deleted: 0, done: true }, 3]);
});

test("a bucket has a host of its own at AWS, whose domain is another one in China", () => {
  assert.deepEqual(bucketPlace("b", {}), { endpoint: "https://b.s3.us-east-1.amazonaws.com" });
  assert.deepEqual(bucketPlace("b", { AWS_REGION: "cn-north-1" }), {
    endpoint: "https://b.s3.cn-north-1.amazonaws.com.cn",
  });
  for (const path of ["", "/"])
    assert.deepEqual(bucketPlace("b", { AWS_ENDPOINT_URL_S3: `http://h:1${path}` }), {
      endpoint: "http://h:1",
      path: "/b",
    });
});

test("deleting is asked of the bucket's S3 as it is documented; what it does not delete is told, though it says 200", async (t) => {
  const asked: {
    readonly line: string;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: string;
  }[] = [];
  const own = createServer(async (request, response) => {
    const body = await text(request);
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    response.end(
      request.method === "GET"
        ? "<ListBucketResult><KeyCount>1</KeyCount><Contents><Key>a/&lt;1&gt;&amp;&#39;</Key></Contents></ListBucketResult>"
        : "<DeleteResult><Error><Key>a/1</Key><Code>AccessDenied</Code></Error></DeleteResult>",
    );
  }).listen(0, "127.0.0.1");
  await once(own, "listening");
  t.after(() => own.close());
  const place = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${record(own.address()).port}/below/` };
  await assert.rejects(deletionIn("mine", place)("a/", Deadline.in(1000)), { message: "500 AccessDenied" });
  const [listing, deleting] = asked;
  assert.equal(listing?.line, "GET /below/mine?list-type=2&prefix=a%2F");
  assert.match(String(listing?.headers.authorization), /\/eu-central-1\/s3\/aws4_request/);
  assert.equal(
    listing?.headers["x-amz-content-sha256"],
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  assert.equal(deleting?.line, "POST /below/mine?delete=");
  assert.equal(deleting?.headers["content-type"], "application/xml");
  assert.match(deleting?.body ?? "", /<Object><Key>a\/&#60;1&#62;&#38;'<\/Key><\/Object>/);
  const digest = createHash("md5")
    .update(deleting?.body ?? "")
    .digest("base64");
  assert.equal(deleting?.headers["content-md5"], digest);
});
