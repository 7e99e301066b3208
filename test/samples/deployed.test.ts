import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { S3Client } from "@aws-sdk/client-s3";
import sharp from "sharp";
import type { CustomResourceEvent } from "../../lambda/custom-resource.ts";
import { callAws } from "../../lambda/keys/aws-json.ts";
import { type Samples, tellSamples } from "../../lambda/samples/deployed.ts";
import { firstObjects } from "../../lambda/store/first-objects.ts";
import { listen } from "../../lib/local/listen.ts";
import { buckets, s3Client } from "../../lib/local/s3/s3.ts";
import { ownCloud } from "../cloud/cloud.ts";
import { ownS3 } from "../own-s3.ts";
import { drawn } from "../pictures.ts";

/** The deployment's function on a real S3, with a Secrets Manager that knows one secret; CloudFormation is whoever it tells. */
const s3 = await ownS3();
const cloud = await ownCloud(s3);
const client = s3Client(s3);
// The keys of `ownCloud`, as Secrets Manager holds them.
const SECRET = "943b421c9eb07c83:520f986b998545b4";
let held = { status: 200, answer: JSON.stringify({ SecretString: SECRET }) };
const secrets = createServer((_, response) => response.writeHead(held.status).end(held.answer));
const AWS_ENDPOINT_URL_SECRETS_MANAGER = `http://127.0.0.1:${await listen(secrets)}`;
after(async () => {
  client.destroy();
  secrets.close();
  secrets.closeAllConnections();
  await cloud.stop();
  await s3[Symbol.asyncDispose]();
});
const env = { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "B" };
const samples: Samples = {
  bucket: buckets.pictures,
  prefix: "",
  origin: cloud.origin,
  environment: { SHUTTERSPEED_KEYS_SECRET: "arn:secret" },
  signed: "true",
  command: "npm run sign --",
};

/** What CloudFormation hears of a deployment. */
async function heard(
  of: Partial<Samples> = {},
  {
    type = "Create",
    on = client,
  }: { type?: CustomResourceEvent<Samples>["RequestType"]; on?: S3Client } = {},
) {
  const told: string[] = [];
  const event = {
    RequestType: type,
    ResponseURL: "https://example.com/told",
    StackId: "stack",
    RequestId: "request",
    LogicalResourceId: "Made",
    ResourceProperties: { ...samples, ...of },
  };
  await tellSamples(event, {
    ask: (call) => callAws(call, { ...env, AWS_ENDPOINT_URL_SECRETS_MANAGER }),
    list: (_, bucket, prefix) => firstObjects(bucket, prefix, on),
    tell: async (_, text) => void told.push(text),
  });
  const [text = "", ...more] = told;
  assert.deepEqual(more, []);
  assert.ok(Buffer.byteLength(text) + 600 <= 4096, "room for the ids of a real stack");
  for (const half of SECRET.split(":")) assert.ok(!text.includes(half), text);
  return JSON.parse(text);
}

const urlsOf = async (...words: Parameters<typeof heard>): Promise<readonly string[]> =>
  (await heard(...words)).Data.Urls.split(" ");

const tail = `the URL of one, with the keys in IMGPROXY_KEY and IMGPROXY_SALT: npm run sign -- s3://pictures/KEY --base ${cloud.origin}`;

test("an empty bucket is told of, with what to do, and so is one without a picture", async () => {
  const expected = {
    StackId: "stack",
    RequestId: "request",
    LogicalResourceId: "Made",
    PhysicalResourceId: "samples",
    Status: "SUCCESS",
    Data: { Urls: `no picture lies in s3://pictures/ yet: put one there; ${tail}` },
  };
  assert.deepEqual(await heard(), expected);
  await s3.put("notes.txt", Buffer.from("text"));
  assert.deepEqual(await heard(), expected);
  const unsigned = await heard({ signed: "false", environment: { IMGPROXY_PATH_PREFIX: "/img" } });
  assert.equal(
    unsigned.Data.Urls,
    `no picture lies in s3://pictures/ yet: put one there; the URL of one: npm run sign -- s3://pictures/KEY --base ${cloud.origin}/img`,
  );
});

test("the URLs of pictures that lie there are answered: a thumbnail of one, and one of the next in WebP", async () => {
  for (const key of ["a cat@2x, ü.png", "b/dog.JPG"])
    await s3.put(key, await drawn(600, 600)[key.endsWith("png") ? "png" : "jpeg"]().toBuffer());
  const urls = await urlsOf();
  assert.deepEqual(
    urls.map((url) => url.replace(/^.*?\/[\w-]{43}\//, "")),
    [
      "rs:fill:300:200/plain/s3://pictures/a%20cat%402x%2C%20%C3%BC.png",
      "rs:fill:300:200/plain/s3://pictures/b/dog.JPG@webp",
    ],
  );
  for (const [nth, url] of urls.entries()) {
    const response = await fetch(url);
    assert.equal(response.status, 200, await response.clone().text());
    const { width, height, format } = await sharp(await response.bytes()).metadata();
    assert.deepEqual([width, height, format], [300, 200, nth === 0 ? "png" : "webp"]);
  }
  assert.deepEqual(await urlsOf({}, { type: "Update" }), urls);
});

test("below a prefix that one is taken, for both URLs", async () => {
  const urls = await urlsOf({ prefix: "b/" });
  assert.equal(urls.length, 2);
  for (const url of urls) assert.match(url, /s3:\/\/pictures\/b\/dog\.JPG/);
  assert.match((await heard({ prefix: "c/" })).Data.Urls, /^no picture lies in s3:\/\/pictures\/c\/ yet/);
});

test("keys that cannot be read fail no deployment, and nothing of them is told", async () => {
  for (const broken of [
    { status: 400, answer: JSON.stringify({ __type: "AccessDeniedException", Message: SECRET }) },
    { status: 200, answer: JSON.stringify({ SecretString: `${SECRET},not hex` }) },
    { status: 200, answer: SECRET },
  ]) {
    const before = held;
    held = broken;
    const { Status, Data } = await heard();
    held = before;
    assert.deepEqual([Status, Data.Urls], ["SUCCESS", `the signing keys could not be read; ${tail}`]);
  }
});

test("nor does a bucket that may not be listed, or variables that make no sense", async () => {
  const refusing = createServer((_, response) =>
    response
      .writeHead(403, { "content-type": "application/xml" })
      .end("<Error><Code>AccessDenied</Code><Message>User: me is not authorized</Message></Error>"),
  );
  const endpoint = `http://127.0.0.1:${await listen(refusing)}`;
  const { credentials } = s3;
  const on = new S3Client({ endpoint, region: "eu-central-1", credentials, forcePathStyle: true });
  const { Status, Data } = await heard({}, { on });
  on.destroy();
  refusing.close();
  assert.deepEqual(
    [Status, Data.Urls],
    ["SUCCESS", `s3://pictures/ could not be listed (AccessDenied); ${tail}`],
  );
  const odd = await heard({ environment: { IMGPROXY_KEY: "odd" } });
  assert.deepEqual([odd.Status, odd.Data.Urls], ["SUCCESS", `no URL could be made; ${tail}`]);
});

test("settings that allow none are told of", async () => {
  const { Data } = await heard({
    environment: { ...samples.environment, IMGPROXY_ALLOWED_SOURCES: "s3://other/" },
  });
  assert.equal(Data.Urls, `no picture of s3://pictures/ may be asked for; ${tail}`);
});

test("when the stack goes nobody is asked", async () => {
  const on = new S3Client({ endpoint: "http://127.0.0.1:9", region: "eu-central-1" });
  const { Status, Data } = await heard({}, { type: "Delete", on });
  assert.deepEqual([Status, Data], ["SUCCESS", undefined]);
});

test("what is empty, or archived, is no picture to show", async () => {
  const object = (key: string, more: string) => `<Contents><Key>${key}</Key>${more}</Contents>`;
  const listed = [
    object("folder.png", "<Size>0</Size>"),
    object("cold.png", "<Size>9</Size><StorageClass>DEEP_ARCHIVE</StorageClass>"),
    object("frozen.png", "<Size>9</Size><StorageClass>GLACIER</StorageClass>"),
    object("cool.png", "<Size>9</Size><StorageClass>GLACIER_IR</StorageClass>"),
  ];
  const answering = createServer((_, response) =>
    response.end(`<ListBucketResult>${listed.join("")}</ListBucketResult>`),
  );
  const endpoint = `http://127.0.0.1:${await listen(answering)}`;
  const { credentials } = s3;
  const on = new S3Client({ endpoint, region: "eu-central-1", credentials, forcePathStyle: true });
  assert.deepEqual(await firstObjects("cats", "", on), ["cool.png"]);
  on.destroy();
  answering.close();
});
