import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Deadline } from "../../lambda/deadline.ts";
import { SourceUnreachable } from "../../lambda/errors.ts";
import { fetchFromS3, s3Address } from "../../lambda/source/s3.ts";
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

/** A store that holds the same three bytes everywhere, and remembers what it was asked for. */
function threeBytes(): { readonly store: Store; readonly asked: Address[] } {
  const asked: Address[] = [];
  const store = storeOf(async (address) => {
    asked.push(address);
    return streamOf(Buffer.from("BM!"), { etag: '"e"' });
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
      const { store, asked } = threeBytes();
      const fetching = fetched(`s3://${name}/k`, env, store);
      if (ok) assert.notEqual(await fetching, "not modified");
      else
        await assert.rejects(fetching, (error) => error instanceof SourceUnreachable && error.status === 404);
      assert.equal(asked.length, ok ? 1 : 0);
    });
  }
});

test("the derivatives' own bucket is no source", async () => {
  const { store, asked } = threeBytes();
  const fetching = fetched("s3://derived/k", { SHUTTERSPEED_DERIVATIVES_BUCKET: "derived" }, store);
  await assert.rejects(fetching, { status: 404 });
  assert.equal(asked.length, 0);
});

test("the version is asked for", async () => {
  const { store, asked } = threeBytes();
  await fetched("s3://b/k.jpg?v1", {}, store);
  assert.deepEqual(asked, [{ bucket: "b", key: "k.jpg", version: "v1" }]);
});
