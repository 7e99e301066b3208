import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Deadline } from "../../lambda/deadline.ts";
import { SourceUnreachable } from "../../lambda/errors.ts";
import { fetchFromS3 } from "../../lambda/source/s3.ts";
import { s3Address } from "../../lambda/source/s3-address.ts";
import type { Address, Store } from "../../lambda/store/store.ts";
import { storeOf, streamOf } from "../objects.ts";
import { oracle } from "../oracle.ts";
import { type Env, limitsIn, servicesOf } from "../services.ts";

interface UrlVector {
  readonly id: string;
  readonly url: string;
  readonly separator: string;
  readonly expect: { readonly bucket: string; readonly key: string; readonly query: string };
}

describe("storageUrl: a source URL is read as imgproxy reads it", () => {
  for (const { id, url, separator, expect } of oracle<UrlVector>("storageUrl")) {
    test(id, () => {
      if (expect.bucket === "" || expect.key === "") {
        assert.throws(() => s3Address(url, separator), { name: "SourceUnreachable", status: 404 });
        return;
      }
      const { bucket, key, version = "" } = s3Address(url, separator);
      assert.deepEqual({ bucket, key, query: version }, expect);
    });
  }
});

test("a key holds line ends and colons like anything else", () => {
  assert.deepEqual(s3Address("s3://b/a:\nb://c", "?"), { bucket: "b", key: "a:\nb://c" });
});

/** A store that holds the same few bytes everywhere, and remembers what it was asked for. */
function fewBytes(): { readonly store: Store; readonly asked: Address[] } {
  const asked: Address[] = [];
  const store = storeOf(async (address) => {
    asked.push(address);
    // The first bytes of an ICO, whose end shows nothing.
    return streamOf(Buffer.from("00000100", "hex"), { etag: '"e"' });
  });
  return { store, asked };
}

function fetched(url: string, env: Env, store: Store) {
  const request = { conditions: {}, limits: limitsIn(env) };
  return fetchFromS3(url, request, servicesOf(env, { store }), Deadline.in(1000));
}

interface BucketVector {
  readonly bucket: string;
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  readonly ok: boolean;
}

describe("allowDenyBuckets: buckets are read and refused as imgproxy does it", () => {
  for (const { bucket: name, allowed, denied, ok } of oracle<BucketVector>("allowDenyBuckets")) {
    test(`bucket ${name}, allowed [${allowed}], denied [${denied}]: ${ok ? "read" : "refused unasked"}`, async () => {
      const env = {
        IMGPROXY_S3_ALLOWED_BUCKETS: allowed.join(),
        IMGPROXY_S3_DENIED_BUCKETS: denied.join(),
      };
      const { store, asked } = fewBytes();
      const fetching = fetched(`s3://${name}/k`, env, store);
      if (ok) assert.notEqual(await fetching, "not modified");
      else
        await assert.rejects(fetching, (error) => error instanceof SourceUnreachable && error.status === 404);
      assert.equal(asked.length, ok ? 1 : 0);
    });
  }
});

test("the derivatives' own bucket is no source", async () => {
  const { store, asked } = fewBytes();
  const fetching = fetched("s3://derived/k", { SHUTTERSPEED_DERIVATIVES_BUCKET: "derived" }, store);
  await assert.rejects(fetching, { status: 404 });
  assert.equal(asked.length, 0);
});

/** No names of buckets, though S3, or a server on the way to it, may take them for one. */
const odd = [
  ".",
  "..",
  "a..b",
  "-a",
  "a-",
  "A",
  "a_b",
  "127.0.0.1",
  "a".repeat(64),
  "a%2Fb",
  "a b",
  "a?b",
  "a@b",
];
const aliases = [
  "pics-x7-s3alias",
  "pics--ol-s3",
  "m1.mrap",
  "arn:aws:s3:us-east-1:1:accesspoint",
  "d--use1-az4--x-s3",
];

test("what is no bucket's own name is read only where configuration names it", async () => {
  for (const name of [...odd, ...aliases]) {
    const { store, asked } = fewBytes();
    await assert.rejects(fetched(`s3://${name}/pictures/secret.jpg`, {}, store), { status: 404 }, name);
    assert.equal(asked.length, 0, name);
  }
  for (const name of aliases) {
    const { store, asked } = fewBytes();
    await fetched(`s3://${name}/k`, { IMGPROXY_S3_ALLOWED_BUCKETS: name }, store);
    assert.equal(asked.length, 1, name);
  }
  for (const name of ["pictures", "my-pics.2024", "a".repeat(63)]) {
    const { store, asked } = fewBytes();
    await fetched(`s3://${name}/k`, {}, store);
    assert.equal(asked.length, 1, name);
  }
});

test("a key does not lead out of its bucket", async () => {
  for (const key of ["../secret/k", "a/../../secret/k", "./k", "a/.", "a/.."]) {
    const { store, asked } = fewBytes();
    await assert.rejects(fetched(`s3://pictures/${key}`, {}, store), { status: 404 }, key);
    assert.equal(asked.length, 0, key);
  }
  for (const key of [".hidden", "a/..b/c", "a...jpg"])
    assert.equal(s3Address(`s3://pictures/${key}`, "?").key, key);
});

test("the version is asked for", async () => {
  const { store, asked } = fewBytes();
  await fetched("s3://b/k.jpg?v1", {}, store);
  assert.deepEqual(asked, [{ bucket: "b", key: "k.jpg", version: "v1" }]);
});
