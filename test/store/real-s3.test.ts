import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { fetchSource } from "../../lambda/source/fetch.ts";
import { s3Store } from "../../lambda/store/s3.ts";
import { startNames } from "../names.ts";
import { drawn } from "../pictures.ts";
import { type Env, servicesOf } from "../services.ts";
import { missing, startMoto } from "./moto.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";

const [older, newer] = await Promise.all([drawn(40, 30).png().toBuffer(), drawn(30, 40).png().toBuffer()]);

describe("on a server that knows versions, accounts and access points", { skip: missing }, async () => {
  if (missing) return;
  const moto = await startMoto();
  const endpoint = `http://127.0.0.1:${moto.port}`;
  const ours = new S3Client({ endpoint, forcePathStyle: true });
  await ours.send(new CreateBucketCommand({ Bucket: "pictures" }));
  after(async () => {
    ours.destroy();
    delete process.env.AWS_ENDPOINT_URL_STS;
    await moto[Symbol.asyncDispose]();
  });

  const put = async (client: S3Client, Bucket: string, Key: string, Body: Buffer) =>
    (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;

  /** The bytes of a source, or the status of its failure. */
  async function read(source: string, env: Env = {}) {
    const given = { SHUTTERSPEED_RECENT_SHARE: "0", IMGPROXY_S3_ENDPOINT: endpoint, ...env };
    const { config } = servicesOf(given);
    const services = servicesOf(given, { store: s3Store(config) });
    const request = { source, conditions: {}, limits: limitsOf(config) };
    const found = await fetchSource(request, services, Deadline.in(5000)).catch((error: unknown) => {
      assert.ok(error instanceof Failure, `${error}`);
      return error.status;
    });
    return typeof found === "object" && "bytes" in found ? Buffer.from(found.bytes) : found;
  }

  test("a version is read by its id, and without one the newest", async () => {
    const Bucket = "versions";
    await ours.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await ours.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const [first, second] = [
      await put(ours, Bucket, "a.png", older),
      await put(ours, Bucket, "a.png", newer),
    ];
    assert.ok(first && second && first !== second);
    assert.deepEqual(await read(`s3://${Bucket}/a.png?${first}`), older);
    assert.deepEqual(await read(`s3://${Bucket}/a.png?${second}`), newer);
    assert.deepEqual(await read(`s3://${Bucket}/a.png`), newer);
    const env = { IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: "?version=" };
    assert.deepEqual(await read(`s3://${Bucket}/a.png?version=${first}`, env), older);
    assert.equal(await read(`s3://${Bucket}/a.png?00000000-0000-0000-0000-000000000000`), 404);
  });

  test("keys are what they are, with every awkward character", async () => {
    const awkward = [
      "a b",
      "a+b",
      "100%",
      "a%20b",
      "a?b",
      "a#b",
      "é",
      "e\u0301",
      "猫😀",
      "'()*!~$&@:,;=",
      '"<>[]{}|^`\\',
    ];
    for (const key of [...awkward, "a//b", "x".repeat(1024)]) {
      await put(ours, "pictures", key, older);
      const found = await read(`s3://pictures/${key}`, { IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: " " });
      assert.deepEqual(found, older, key);
    }
  });

  test("buckets are in the path, or in the name of the host, as the endpoint wants them", async () => {
    await using _names = await startNames(() => ["127.0.0.1"]);
    await put(ours, "pictures", "k.png", older);
    const env = {
      IMGPROXY_S3_ENDPOINT: `http://s3.us-east-1.amazonaws.com:${moto.port}`,
      IMGPROXY_S3_ENDPOINT_USE_PATH_STYLE: "false",
    };
    assert.deepEqual(await read("s3://pictures/k.png", env), older);
    assert.equal(moto.asked.at(-1), "GET /k.png local");
    assert.deepEqual(await read("s3://pictures/k.png"), older);
    assert.equal(moto.asked.at(-1), "GET /pictures/k.png local");
  });

  test("an access point leads to its bucket, by the name that stands for its ARN", async () => {
    await using _names = await startNames(() => ["127.0.0.1"]);
    await put(ours, "pictures", "point.png", newer);
    const made = await fetch(`${endpoint}/v20180820/accesspoint/photos`, {
      method: "PUT",
      headers: {
        "x-amz-account-id": "123456789012",
        authorization:
          "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x",
      },
      body: "<CreateAccessPointRequest><Bucket>pictures</Bucket></CreateAccessPointRequest>",
    });
    assert.equal(made.status, 200);
    const env = {
      IMGPROXY_S3_ENDPOINT: `http://s3-accesspoint.us-east-1.amazonaws.com:${moto.port}`,
      IMGPROXY_S3_ENDPOINT_USE_PATH_STYLE: "false",
      IMGPROXY_S3_ACCESS_POINTS: "mine=arn:aws:s3:us-east-1:123456789012:accesspoint/photos",
    };
    assert.deepEqual(await read("s3://mine/point.png", env), newer);
    assert.equal(await read("s3://mine/gone.png", env), 404);
    assert.equal(await read("s3://mine/point.png", { ...env, IMGPROXY_S3_DENIED_BUCKETS: "mine" }), 404);
  });

  test("a bucket of another account is read with the role that is assumed there", async () => {
    process.env.AWS_ENDPOINT_URL_STS = endpoint;
    const role = "arn:aws:iam::222222222222:role/reader";
    const theirs = new S3Client({
      endpoint,
      forcePathStyle: true,
      credentials: await assumed(endpoint, role),
    });
    await theirs.send(new CreateBucketCommand({ Bucket: "theirs" }));
    await put(theirs, "theirs", "k.png", newer);
    theirs.destroy();
    const before = moto.asked.length;
    assert.deepEqual(await read("s3://theirs/k.png", { IMGPROXY_S3_ASSUME_ROLE_ARN: role }), newer);
    // It lets in whoever asks: what shows is whose key signed.
    const [sts = "", s3 = ""] = moto.asked.slice(before);
    assert.equal(sts, "POST / local");
    assert.match(s3, /^GET \/theirs\/k\.png ASIA/);
  });
});

/** Credentials of a role, as STS gives them to whoever asks by hand. */
async function assumed(endpoint: string, role: string) {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=x";
  const body = new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: "test",
  });
  const xml = await (await fetch(endpoint, { method: "POST", headers: { authorization }, body })).text();
  const [accessKeyId = "", secretAccessKey = "", sessionToken = ""] = [
    "AccessKeyId",
    "SecretAccessKey",
    "SessionToken",
  ].map((name) => new RegExp(`<${name}>([^<]*)<`).exec(xml)?.[1]);
  return { accessKeyId, secretAccessKey, sessionToken };
}
