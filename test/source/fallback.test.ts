import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { serve } from "../../lambda/serve.ts";
import { type Store, StoreError } from "../../lambda/store/store.ts";
import { derivativeKey } from "../../lambda/url/key.ts";
import { faults, message, origin } from "../faults.ts";
import { storeOf, streamOf } from "../objects.ts";
import { drawn } from "../pictures.ts";
import { type Env, requestFor, servicesOf } from "../services.ts";

const fallback = await drawn(60, 40).png().toBuffer();
const inData: Env = { IMGPROXY_FALLBACK_IMAGE_DATA: fallback.toString("base64") };

/** A bucket that answers with this error, but for the key `fallback.png`. */
const failing = (error: Error): Store =>
  storeOf(async ({ key }) => {
    if (key === "fallback.png") return streamOf(fallback, { etag: '"f"' });
    throw error;
  });

const missing = failing(new StoreError(404, "NoSuchKey"));

async function answered(env: Env, store: Store = missing, path = "/_/w:30/plain/s3://b/cat.jpg") {
  const services = servicesOf(env, { store });
  const context = requestFor(services, { path });
  const answer = await serve(context, services, Deadline.in(5000)).catch((error: unknown) => {
    assert.ok(error instanceof Failure, `${error}`);
    return { status: error.status, headers: {}, body: error.name };
  });
  const bytes = typeof answer.body === "string" ? undefined : await sharp(answer.body).metadata();
  const headers: Readonly<Record<string, string | undefined>> = answer.headers;
  return { status: answer.status, size: bytes && [bytes.width, bytes.height], headers, services, path };
}

describe("a fallback image", () => {
  test("is drawn as the URL asks, without anything of the source's", async () => {
    const { status, size, headers } = await answered(inData);
    assert.deepEqual([status, size], [200, [30, 20]]);
    assert.equal(headers["Content-Disposition"], 'inline; filename="cat.png"');
    assert.deepEqual([headers.ETag, headers["Last-Modified"]], [undefined, undefined]);
  });

  test("lies where the environment says, and is fetched once", async () => {
    const env = { IMGPROXY_FALLBACK_IMAGE_URL: "s3://b/fallback.png" };
    assert.deepEqual((await answered(env)).size, [30, 20]);
    assert.equal((await answered({ IMGPROXY_FALLBACK_IMAGE_URL: "s3://b/gone.png" })).status, 404);
  });

  test("lies on the web where it is the environment's own, whatever sources may lie there", async () => {
    await using at = await origin(faults.answers(message(200, {}, fallback)));
    const env = {
      IMGPROXY_ALLOWED_SOURCES: "s3://",
      IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true",
      IMGPROXY_FALLBACK_IMAGE_URL: `${at.endpoint}/none.png`,
    };
    assert.deepEqual((await answered(env)).size, [30, 20]);
    assert.equal((await answered(env, missing, `/_/w:30/plain/${at.endpoint}/none.png`)).status, 404);
    assert.equal(at.heads.length, 1);
  });

  test("is there for no picture, and for one that is too large", async () => {
    assert.equal(
      (
        await answered(
          inData,
          storeOf(async () => streamOf(Buffer.from("text"))),
        )
      ).status,
      200,
    );
    const large = storeOf(async () => streamOf(fallback, { etag: '"e"' }));
    assert.equal((await answered({ ...inData, IMGPROXY_MAX_SRC_FILE_SIZE: "10" }, large)).status, 200);
  });

  test("never where the signature is wrong, nor where the URL is", async () => {
    const signed = { ...inData, IMGPROXY_KEY: "00", IMGPROXY_SALT: "00" };
    assert.equal((await answered(signed)).status, 403);
    assert.equal((await answered(inData, missing, "/_/w:abc/plain/s3://b/cat.jpg")).status, 404);
  });

  test("has the environment's status and time", async () => {
    const shown = async (env: Env, path?: string) => {
      const { status, headers } = await answered({ ...inData, IMGPROXY_TTL: "3600", ...env }, missing, path);
      return [status, headers["Cache-Control"]];
    };
    assert.deepEqual(await shown({}), [200, "max-age=3600, public"]);
    assert.deepEqual(await shown({ IMGPROXY_FALLBACK_IMAGE_TTL: "60" }), [200, "max-age=60, public"]);
    const own = { IMGPROXY_FALLBACK_IMAGE_HTTP_CODE: "0" };
    assert.deepEqual(await shown(own), [404, undefined]);
    assert.deepEqual(await shown({ ...own, IMGPROXY_FALLBACK_IMAGE_TTL: "60" }), [404, "max-age=60, public"]);
    const soon = Math.floor(Date.now() / 1000) + 30;
    const [, until = ""] = await shown(
      { IMGPROXY_FALLBACK_IMAGE_TTL: "60" },
      `/_/exp:${soon}/plain/s3://b/cat.jpg`,
    );
    assert.match(`${until}`, /^max-age=(30|29|28), public$/);
  });

  test("stays at the edge no longer than the failure would, unless the environment says so", async () => {
    const control = async (env: Env, store?: Store) => {
      const services = servicesOf({ ...inData, ...env }, { store: store ?? missing });
      const path = "/_/w:30/plain/s3://b/cat.jpg";
      const edgeKey = derivativeKey(path, undefined, services.config);
      assert.ok(edgeKey);
      const { headers } = await serve(requestFor(services, { path, edgeKey }), services, Deadline.in(5000));
      return headers["Cache-Control"];
    };
    assert.equal(await control({}), "max-age=31536000, public, s-maxage=10");
    assert.equal(
      await control({}, failing(new StoreError(403, "AccessDenied"))),
      "max-age=31536000, public, s-maxage=10",
    );
    assert.equal(
      await control({ IMGPROXY_DOWNLOAD_TIMEOUT: "1" }, failing(new Error("broken"))),
      "max-age=31536000, public, s-maxage=0",
    );
    assert.equal(await control({ IMGPROXY_FALLBACK_IMAGE_TTL: "60" }), "max-age=60, public");
  });

  test("is kept under no key", async () => {
    const kept: string[] = [];
    const store: Store = {
      ...missing,
      put: async ({ key }) => {
        kept.push(key);
        return "stored";
      },
    };
    const env = { ...inData, SHUTTERSPEED_DERIVATIVES_BUCKET: "d", SHUTTERSPEED_KEEP_AFTER: "0" };
    const { status, services, path } = await answered(env, store);
    assert.ok(derivativeKey(path, undefined, services.config));
    assert.deepEqual([status, kept], [200, []]);
  });
});
