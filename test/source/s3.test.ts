import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { SourceUnreachable } from "../../lambda/errors.ts";
import { fetchFromS3, s3Address } from "../../lambda/source/s3.ts";
import type { Address, Bucket } from "../../lambda/store/store.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { oracle } from "../oracle.ts";

interface UrlVector {
  readonly id: string;
  readonly url: string;
  readonly separator: string;
  readonly expect: { readonly bucket: string; readonly key: string; readonly query: string };
}

for (const { id, url, separator, expect } of oracle<UrlVector>("storageUrl")) {
  test(`read as imgproxy: ${id}`, () => {
    if (expect.bucket === "" || expect.key === "") {
      assert.throws(() => s3Address(url, separator), { name: "SourceUnreachable", status: 404 });
      return;
    }
    const { bucket, key, version = "" } = s3Address(url, separator);
    assert.deepEqual({ bucket, key, query: version }, expect);
  });
}

test("a key holds line ends and colons like anything else", () => {
  assert.deepEqual(s3Address("s3://b/a:\nb://c", "?"), { bucket: "b", key: "a:\nb://c" });
});

/** A bucket that holds the same three bytes everywhere, and remembers what it was asked for. */
function threeBytes(): { readonly bucket: Bucket; readonly asked: Address[] } {
  const asked: Address[] = [];
  async function* body() {
    yield Buffer.from("abc");
  }
  const bucket: Bucket = {
    async get(address) {
      asked.push(address);
      return { facts: { etag: '"e"' }, length: 3, body: body(), cancel() {} };
    },
    put: () => Promise.reject(new Error("nothing is stored here")),
    presign: () => Promise.reject(new Error("nothing is shared here")),
  };
  return { bucket, asked };
}

function fetched(url: string, env: Readonly<Record<string, string>>, bucket: Bucket) {
  const config = readConfig(env);
  const services = { config, language: compileLanguage(config, 0), bucket, log: { note() {} } };
  return fetchFromS3(url, {}, services, Deadline.in(1000));
}

interface BucketVector {
  readonly bucket: string;
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  readonly ok: boolean;
}

for (const { bucket: name, allowed, denied, ok } of oracle<BucketVector>("allowDenyBuckets")) {
  test(`bucket ${name}, allowed [${allowed}], denied [${denied}]: ${ok ? "read" : "refused unasked"}`, async () => {
    const env = {
      IMGPROXY_S3_ALLOWED_BUCKETS: allowed.join(),
      IMGPROXY_S3_DENIED_BUCKETS: denied.join(),
    };
    const { bucket, asked } = threeBytes();
    const fetching = fetched(`s3://${name}/k`, env, bucket);
    if (ok) assert.notEqual(await fetching, "not modified");
    else
      await assert.rejects(fetching, (error) => error instanceof SourceUnreachable && error.status === 404);
    assert.equal(asked.length, ok ? 1 : 0);
  });
}

test("the derivatives' own bucket is no source", async () => {
  const { bucket, asked } = threeBytes();
  const fetching = fetched("s3://derived/k", { SHUTTERSPEED_DERIVATIVES_BUCKET: "derived" }, bucket);
  await assert.rejects(fetching, { status: 404 });
  assert.equal(asked.length, 0);
});

test("the version is asked for", async () => {
  const { bucket, asked } = threeBytes();
  await fetched("s3://b/k.jpg?v1", {}, bucket);
  assert.deepEqual(asked, [{ bucket: "b", key: "k.jpg", version: "v1" }]);
});
