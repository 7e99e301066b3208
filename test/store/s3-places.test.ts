import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { readableAddress } from "../../lambda/source/s3.ts";
import { s3Store } from "../../lambda/store/s3.ts";
import { faults, message, origin } from "../faults.ts";
import type { Env } from "../services.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";
after(() => {
  delete process.env.AWS_ENDPOINT_URL_STS;
});

const storeAt = (endpoint: string, env: Env = {}) =>
  s3Store(readConfig({ IMGPROXY_S3_ENDPOINT: endpoint, ...env }));

async function read(store: ReturnType<typeof s3Store>, bucket = "pictures") {
  const stream = await store.get({ bucket, key: "k" }, { signal: AbortSignal.timeout(5000) });
  assert.ok(stream !== "not modified");
  stream.cancel();
}

const regionsIn = (heads: readonly string[]) =>
  heads.map((head) => /Credential=[^/]+\/\d+\/([^/]+)\//i.exec(head)?.[1]);

test("a bucket of another region is asked there, and from then on there at once", async () => {
  await using s3 = await origin((socket, head) => {
    const here = regionsIn([head])[0] === "eu-west-1";
    socket.write(
      here
        ? message(200, {}, "x")
        : message(
            301,
            { "x-amz-bucket-region": "eu-west-1" },
            "<Error><Code>PermanentRedirect</Code></Error>",
          ),
    );
  });
  const store = storeAt(s3.endpoint);
  await read(store);
  assert.deepEqual(regionsIn(s3.heads), ["us-east-1", "eu-west-1"]);
  await read(store);
  assert.deepEqual(regionsIn(s3.heads).slice(2), ["eu-west-1"]);
  await read(store, "another");
  assert.deepEqual(regionsIn(s3.heads).slice(3), ["us-east-1", "eu-west-1"]);
});

test("sources are read with the role that is to be assumed, which is assumed once", async () => {
  const answer = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
    <AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token</SessionToken>
    <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
  await using sts = await origin(faults.answers(message(200, { "Content-Type": "text/xml" }, answer)));
  await using s3 = await origin(faults.answers(message(200, {}, "x")));
  process.env.AWS_ENDPOINT_URL_STS = sts.endpoint;
  const store = storeAt(s3.endpoint, {
    IMGPROXY_S3_ASSUME_ROLE_ARN: "arn:aws:iam::123456789012:role/reader",
    IMGPROXY_S3_ASSUME_ROLE_EXTERNAL_ID: "x",
  });
  await read(store);
  await read(store);
  assert.equal(sts.heads.length, 1);
  for (const head of s3.heads) {
    assert.match(head, /Credential=ASSUMED\//);
    assert.match(head, /x-amz-security-token: token/i);
  }
});

test("a role that may not be assumed is a fault of ours, whatever STS says", async () => {
  await using sts = await origin(
    faults.answers(
      message(403, {}, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"),
    ),
  );
  await using s3 = await origin(faults.answers(message(200, {}, "x")));
  process.env.AWS_ENDPOINT_URL_STS = sts.endpoint;
  const store = storeAt(s3.endpoint, {
    IMGPROXY_S3_ASSUME_ROLE_ARN: "arn:aws:iam::123456789012:role/reader",
  });
  await assert.rejects(read(store), { name: "StoreError", status: 500, word: "CredentialsProviderError" });
  assert.equal(s3.heads.length, 0);
});

test("an access point's name stands for its ARN, after buckets were allowed and denied", async () => {
  const arn = "arn:aws:s3:eu-central-1:123456789012:accesspoint/photos";
  const config = (env: Env = {}) =>
    readConfig({ IMGPROXY_S3_ACCESS_POINTS: `photos=${arn};b=${arn}`, ...env });
  assert.deepEqual(readableAddress("s3://photos/a/b.jpg?v1", config()), {
    bucket: arn,
    key: "a/b.jpg",
    version: "v1",
  });
  assert.deepEqual(readableAddress("s3://other/k", config()), { bucket: "other", key: "k" });
  assert.throws(() => readableAddress("s3://photos/k", config({ IMGPROXY_S3_DENIED_BUCKETS: "photos" })), {
    status: 404,
  });
  assert.throws(() => readConfig({ IMGPROXY_S3_ACCESS_POINTS: "photos=bucket" }), /name=ARN pairs/);
});

test("a key is asked for as it is, with every awkward character", async () => {
  await using s3 = await origin(faults.answers(message(200, {}, "x")));
  const store = storeAt(s3.endpoint);
  const keys = [
    "a b",
    "a+b",
    "100%",
    "a%20b",
    "a?b",
    "a#b",
    "ä€😀",
    "a/ /b",
    "=&;:@$,",
    "'()*!",
    "x".repeat(1024),
  ];
  for (const key of keys) {
    const stream = await store.get({ bucket: "pictures", key }, { signal: AbortSignal.timeout(5000) });
    assert.ok(stream !== "not modified");
    stream.cancel();
    const [, path = ""] = /^GET (\S+?)(\?x-id=GetObject)? HTTP/.exec(s3.heads.at(-1) ?? "") ?? [];
    assert.equal(decodeURIComponent(path), `/pictures/${key}`);
    assert.doesNotMatch(path, /[?#+]/);
  }
});
