import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readConfig } from "../lambda/config/variables.ts";
import { Deadline } from "../lambda/deadline.ts";
import type { HttpRequest } from "../lambda/http.ts";
import { makePicture } from "../lambda/image/make.ts";
import type { Options } from "../lambda/options/index.ts";
import { limitsOf } from "../lambda/options/limits.ts";
import { serve } from "../lambda/serve.ts";
import { s3Store } from "../lambda/store/s3.ts";
import { derivativeKey } from "../lambda/url/key.ts";
import { buckets, type LocalS3, startS3 } from "../lib/local/s3/s3.ts";
import { endsAfter, goesOn, stopClock, until } from "./clock.ts";
import { faults, origin } from "./faults.ts";
import { buffered, contextOf, eventOf } from "./invocation.ts";
import { underLoad } from "./load.ts";
import { drawn } from "./pictures.ts";
import { requestFor, servicesOf } from "./services.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";

let s3: LocalS3;
let folder: string;
let handler: typeof import("../lambda/handler.ts").handler;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "serve-test-"));
  s3 = await startS3(folder);
  process.env.AWS_ENDPOINT_URL_S3 = s3.endpoint;
  // Cold start, as on Lambda: the environment is read when the module is.
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
  process.env.POWERTOOLS_METRICS_DISABLED = "true";
  ({ handler } = await import("../lambda/handler.ts"));
  const cat = await drawn(40, 30).jpeg({ quality: 95 }).toBuffer();
  const put = (key: string, body: Uint8Array, metadata = {}) =>
    s3Store(readConfig({})).put(
      { bucket: buckets.pictures, key },
      body,
      metadata,
      new AbortController().signal,
    );
  await put("cat.jpg", cat);
  await put("minute.jpg", cat, { cacheControl: "max-age=60" });
  await put("large.jpg", await drawn(1800, 1350).jpeg().toBuffer());
  await put("notes.txt", Buffer.from("no picture"));
});
after(async () => {
  await s3.stop();
  await rm(folder, { recursive: true });
});

const cat = "/_/w:20/plain/s3://pictures/cat.jpg";
const minute = "/_/w:20/plain/s3://pictures/minute.jpg";

/** Serves one request from the buckets at `endpoint`, within `ms`. */
async function served(
  path: string,
  {
    ms = 10_000,
    env = {},
    ...http
  }: Partial<HttpRequest> & { ms?: number; env?: Readonly<Record<string, string>> } = {},
) {
  const services = servicesOf(env);
  const response = await serve(requestFor(services, { path, ...http }), services, Deadline.in(ms));
  return { response, told: services.log.fields };
}

/** Invokes the function as a function URL does, with `ms` until Lambda would end it. */
const invoked = async (path: string, headers: Readonly<Record<string, string>> = {}, ms = 10_000) =>
  buffered(await handler(eventOf(path, headers), contextOf(ms)));

test("a picture comes back from S3 at the size asked for", async () => {
  const { response, told } = await served(`${cat}@png`);
  assert.equal(response.status, 200);
  assert.equal(response.headers["Content-Type"], "image/png");
  assert.match(response.headers.ETag ?? "", /^"[0-9a-f]{16}\.any-[0-9a-f]{32}"$/);
  const { width, height, format } = await sharp(Buffer.from(response.body)).metadata();
  assert.deepEqual([format, width, height], ["png", 20, 15]);
  assert.equal(told.source, "s3://pictures/cat.jpg");
  assert.ok((told.renderMs ?? 0) > 0);
});

test("what the client has already is not drawn again", async () => {
  const first = await served(cat);
  const headers = { "if-none-match": first.response.headers.ETag ?? "" };
  const { response, told } = await served(cat, { headers });
  assert.deepEqual([response.status, response.body, told.renderMs], [304, "", undefined]);
  assert.equal(response.headers.ETag, first.response.headers.ETag);
  assert.equal((await served(cat, { headers, env: { IMGPROXY_USE_ETAG: "0" } })).response.status, 200);
});

test("what has not changed since the client got it is not drawn again", async () => {
  const { response } = await served(cat);
  const since = response.headers["Last-Modified"] ?? "";
  assert.match(since, / GMT$/);
  const statusSince = async (date: string, env = {}) =>
    (await served(cat, { headers: { "if-modified-since": date }, env })).response.status;
  assert.equal(await statusSince(since), 304);
  assert.equal(await statusSince("Wed, 21 Oct 2015 07:28:00 GMT"), 200);
  assert.equal(await statusSince(since, { IMGPROXY_USE_LAST_MODIFIED: "0" }), 200);
});

test("what the client has of other settings is drawn again", async () => {
  const { response } = await served(cat);
  const headers = {
    "if-none-match": response.headers.ETag ?? "",
    "if-modified-since": new Date().toUTCString(),
  };
  assert.equal((await served(cat, { headers })).response.status, 304);
  const other = await served(cat, { headers, env: { IMGPROXY_QUALITY: "33" } });
  assert.equal(other.response.status, 200);
  assert.notEqual(other.response.headers.ETag, response.headers.ETag);
});

test("a 304 says as long as the picture does", async () => {
  const env = { IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "1" };
  const { response } = await served(minute, { env });
  assert.equal(response.headers["Cache-Control"], "max-age=60");
  const again = await served(minute, { env, headers: { "if-none-match": response.headers.ETag ?? "" } });
  assert.equal(again.response.status, 304);
  const { "Content-Type": _, "Content-Disposition": __, ...said } = response.headers;
  assert.deepEqual(again.response.headers, said);
});

test("what the edge asked for under another key is answered, and kept by nobody", async () => {
  const env = { SHUTTERSPEED_DERIVATIVES_BUCKET: buckets.derivatives, SHUTTERSPEED_KEEP_AFTER: "0" };
  const path = "/_/w:23/plain/s3://pictures/cat.jpg";
  const { response, told } = await served(path, { env, edgeKey: "of/before.any" });
  assert.deepEqual([response.status, response.headers["Cache-Control"]], [200, "no-store"]);
  assert.deepEqual([told.edgeKey, told.derivative], ["of/before.any", "missing"]);

  const edgeKey = derivativeKey(path, undefined, readConfig(env)) ?? "";
  const same = await served(path, { env, edgeKey });
  assert.equal(same.response.headers["Cache-Control"], "max-age=31536000, public");
  assert.deepEqual([same.told.edgeKey, same.told.derivative], [undefined, "kept"]);
});

test("a picture of less effort than was asked is kept by nobody for long, and by us not at all", async () => {
  const env = {
    IMGPROXY_USE_ETAG: "true",
    SHUTTERSPEED_DERIVATIVES_BUCKET: buckets.derivatives,
    SHUTTERSPEED_KEEP_AFTER: "0",
  };
  const services = servicesOf(env);
  // So slow that only the least effort fits into 10 s.
  const calibration = { factor: 250_000, saw() {} };
  const context = requestFor(services, { path: "/_/w:20/f:webp/plain/s3://pictures/cat.jpg" });
  const { headers } = await serve(context, { ...services, calibration }, Deadline.in(10_000));
  assert.equal(services.log.fields.stepDown, "effort");
  assert.deepEqual([headers["Cache-Control"], headers.ETag], ["max-age=60, public", undefined]);
  assert.equal(services.log.fields.derivative, "missing");

  const again = await serve(context, services, Deadline.in(10_000));
  assert.ok(again.headers.ETag);
  assert.equal(services.log.fields.derivative, "kept");
});

test("predictions are held against drawing alone, not what opening and trimming took before", async () => {
  const services = servicesOf();
  const took: number[] = [];
  const calibration = { factor: 1, saw: (_: number, ms: number) => void took.push(ms) };
  const context = requestFor(services, { path: "/_/t:10/w:20/plain/s3://pictures/large.jpg" });
  await serve(context, { ...services, calibration }, Deadline.in(10_000));
  const { drawMs = 0, decodeMs = 0, renderMs = 0 } = services.log.fields;
  assert.ok(decodeMs > 5 && renderMs >= decodeMs + drawMs);
  assert.ok(Math.abs((took[0] ?? 0) - drawMs) < underLoad(5), `${took} ms where drawing took ${drawMs}`);
});

test("a picture is as dear as it was to trim", async () => {
  const bytes = await drawn(1800, 1350).jpeg().toBuffer();
  const { cost, log } = await made(bytes, { trim: { threshold: 10 }, width: 20 });
  assert.ok(
    cost > (log.fields.decodeMs ?? Infinity),
    `${cost} ms, of which trimming took ${log.fields.decodeMs}`,
  );
  assert.ok((await made(bytes, { width: 20 })).cost < cost);
});

async function made(bytes: Uint8Array, options: Options) {
  const services = servicesOf();
  const offers = { auto: [], enforced: [], preferred: ["png"] } as const;
  const request = { options, offers, limits: limitsOf(services.config) };
  return { ...(await makePicture({ bytes }, request, services, Deadline.in(10_000))), log: services.log };
}

test("a picture kept earlier needs no source", async () => {
  const env = { SHUTTERSPEED_DERIVATIVES_BUCKET: buckets.derivatives, SHUTTERSPEED_KEEP_AFTER: "0" };
  const first = await served(`${cat}@webp`, { env });
  assert.equal(first.told.derivative, "kept");
  const second = await served(`${cat}@webp`, { env });
  assert.deepEqual([second.told.derivative, second.told.source], ["found", undefined]);
  assert.deepEqual(Buffer.from(second.response.body), Buffer.from(first.response.body));
  assert.equal(second.response.headers["Content-Type"], "image/webp");
});

/** Path, status and public body, through the whole function. */
const answers = [
  ["/_/w:20/plain/s3://pictures/none.jpg", 404, "Source is unreachable"],
  ["/_/w:20/plain/s3://nowhere/none.jpg", 404, "Source is unreachable"],
  ["/_/w:20/plain/ftp://x/y", 404, "Source is unreachable"],
  ["/_/w:20/plain/s3://pictures/notes.txt", 422, "Invalid source image"],
  ["/_/w:abc/plain/s3://pictures/cat.jpg", 404, "Invalid URL"],
  ["/_/w:20/plain/s3://pictures/cat.jpg@svg", 422, "Invalid URL"],
  ["/_/exp:1/plain/s3://pictures/cat.jpg", 404, "Invalid URL"],
  ["/favicon.ico", 404, " "],
  ["/health", 200, "imgproxy is running"],
  ["/abc", 404, "Invalid URL"],
] as const;

for (const [path, status, body] of answers) {
  test(`${path} → ${status} ${body}`, async () => {
    const result = await invoked(path);
    assert.deepEqual([result.statusCode, result.body], [status, body]);
    assert.equal(result.headers["X-Request-ID"], "invocation-1");
    assert.equal(result.headers["Content-Type"], "text/plain");
    assert.equal(result.headers["Cache-Control"] === undefined, status >= 400);
  });
}

test("through the function a picture goes out in base64", async () => {
  const result = await invoked(cat, { "X-Request-ID": "mine" });
  assert.equal(result.isBase64Encoded, true);
  assert.equal(result.headers["X-Request-ID"], "mine");
  const { width } = await sharp(Buffer.from(result.body, "base64")).metadata();
  assert.equal(width, 20);
});

test("an event that is no request is answered: it keeps the function warm", async () => {
  for (const event of [{}, { source: "aws.events", detail: {} }, { rawPath: "/x" }, { headers: null }]) {
    const { statusCode, body } = buffered(await handler(event as object, contextOf(1000)));
    assert.deepEqual([statusCode, body], [200, ""]);
  }
});

test("an event without headers is a request like any other", async () => {
  const { headers: _, ...event } = eventOf(cat);
  assert.equal(buffered(await handler(event, contextOf(10_000))).statusCode, 200);
});

test("HEAD is told what GET is, but the body", async () => {
  for (const path of [cat, "/health", "/_/w:20/plain/s3://pictures/none.jpg", "/_/w:abc/plain/x", "/abc"]) {
    const got = await invoked(path);
    const { headers, body, statusCode } = buffered(
      await handler(eventOf(path, {}, "HEAD"), contextOf(10_000)),
    );
    const length = Buffer.from(got.body, got.isBase64Encoded ? "base64" : "utf8").length;
    assert.deepEqual([statusCode, body], [got.statusCode, ""], path);
    assert.deepEqual(headers, { ...got.headers, "Content-Length": `${length}` });
  }
});

test("whatever is asked, the answer is no fault of ours", async () => {
  const word = fc.oneof(
    fc.constantFrom(
      "_",
      "w:20",
      "rs:fill:9:9",
      "g:sm",
      "exp:0",
      "plain",
      "s3:",
      "",
      "pictures",
      "cat.jpg",
      "cat.jpg@avif",
      "%",
      "%00",
      "..",
      "@",
      "bl:1e309",
      "c:-1",
      "pd:1:2",
      "dpr:0",
    ),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  const path = fc.array(word, { maxLength: 9 }).map((words) => `/${words.join("/")}`);
  const headers = fc.dictionary(
    fc.constantFrom(
      "accept",
      "if-none-match",
      "if-modified-since",
      "x-request-id",
      "x-shutterspeed-path",
      "range",
    ),
    fc.oneof(fc.string({ unit: "binary" }), path, fc.constant("Wed, 21 Oct 2015 07:28:00 GMT")),
  );
  const property = fc.asyncProperty(path, headers, async (path, headers) => {
    const result = await invoked(path, headers);
    assert.notEqual(result.statusCode, 500, result.body);
  });
  await fc.assert(property, { numRuns: 300 });
});

for (const ms of [0, 60, 120, 260, 300]) {
  test(`with ${ms} ms left there is an honest answer, before the end`, async (t) => {
    const clock = stopClock(t);
    const answer = invoked("/_/w:21/plain/s3://pictures/cat.jpg", {}, ms);
    await goesOn(answer);
    clock.pass(Math.max(0, ms - 1));
    assert.ok(!(await goesOn(answer)));
    const { statusCode } = await answer;
    assert.ok([200, 503, 504].includes(statusCode), `${statusCode}`);
  });
}

test("a picture that takes too long to draw is a 503, with time kept to send it", async () => {
  const context = contextOf(1000);
  const path = "/_/rs:force:6000:6000:1/bl:300/plain/s3://pictures/large.jpg";
  const { statusCode, headers, body } = buffered(await handler(eventOf(path), context));
  assert.deepEqual([statusCode, headers["Retry-After"], body], [503, "1", "Timeout"]);
  // It is drawn in a process of its own, so the clock cannot be stopped for it.
  assert.ok(context.getRemainingTimeInMillis() > 100);
});

test("a bucket that says nothing is a 504 while there is time to say so", async (t) => {
  await using silent = await origin(faults.silence);
  const clock = stopClock(t);
  const slow = served(cat, { ms: 1000, env: { IMGPROXY_S3_ENDPOINT: silent.endpoint } });
  const late = assert.rejects(slow, { name: "SourceTimeout", status: 504 });
  await until(() => silent.heads.length > 0);
  assert.ok(await endsAfter(700, late, clock));
  await late;
});
