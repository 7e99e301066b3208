import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RequestContext } from "../lambda/answer/answers.ts";
import { Deadline } from "../lambda/deadline.ts";
import { findDerivative } from "../lambda/derivatives/find.ts";
import { keepDerivative } from "../lambda/derivatives/keep.ts";
import type { HttpRequest, HttpResponse } from "../lambda/http.ts";
import type { ObjectMetadata } from "../lambda/store/store.ts";
import { derivativeKey } from "../lambda/url/key.ts";
import { parse } from "../lambda/url/parse.ts";
import { buckets, type LocalS3, startS3 } from "../lib/local/s3/s3.ts";
import { endsAfter, stopClock, until } from "./clock.ts";
import { type Fault, faults, origin, s3Error } from "./faults.ts";
import { underLoad } from "./load.ts";
import { requestFor, servicesOf } from "./services.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";

let s3: LocalS3;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "derivatives-test-"));
  s3 = await startS3(folder);
  process.env.AWS_ENDPOINT_URL_S3 = s3.endpoint;
});
after(async () => {
  await s3.stop();
  await rm(folder, { recursive: true });
});

const now = Date.UTC(2026, 0, 1);

/** The derivative policy at work for one URL: `environment` of the function, request as the edge or a client sends it. */
function policy(
  path: string,
  http: Partial<HttpRequest> = {},
  environment: Readonly<Record<string, string>> = {},
  of: Partial<RequestContext> = {},
) {
  const env = { SHUTTERSPEED_DERIVATIVES_BUCKET: buckets.derivatives, ...environment };
  const services = servicesOf(env, { now });
  const context = { ...requestFor(services, { path, ...http }, now), ...of };
  const request = parse(context.http, services.language, now);
  return {
    key: derivativeKey(path, undefined, services.config) ?? "",
    store: services.store,
    find: async (ms = 20_000) => (await findDerivative(request, context, services, Deadline.in(ms))).answer,
    look: () => findDerivative(request, context, services, Deadline.in(20_000)),
    keep: (
      drawn: HttpResponse,
      cost: number,
      ms = 20_000,
      source: ObjectMetadata = {},
      damaged?: string,
      passing = false,
    ) =>
      keepDerivative({ drawn, cost, source, damaged, passing }, request, context, services, Deadline.in(ms)),
    told: () => services.log.fields,
  };
}

const answer = (body: Buffer): HttpResponse => ({
  status: 200,
  headers: {
    "Content-Type": "image/png",
    "Cache-Control": "max-age=7, public",
    "Content-Disposition": 'inline; filename="a.png"',
    "x-amz-meta-cache-tag": "tag",
    Server: "imgproxy",
  },
  body,
});
/** As a PNG begins and ends. */
const pngOf = (text: string) =>
  Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    Buffer.from(text),
    Buffer.from("49454e44ae426082", "hex"),
  ]);
const small = answer(pngOf("small"));
const big = answer(Buffer.alloc(4_800_000, 7));
const [dear, cheap] = [200, 199];

test("a picture dear to draw is kept, and found with all that was said of it", async () => {
  const { find, keep, told } = policy("/_/w:1/plain/s3://b/dear");
  assert.equal(await find(), undefined);
  assert.equal(await keep(small, dear), small);
  assert.equal(told().derivative, "kept");
  const found = await find();
  assert.deepEqual(found?.body, small.body);
  for (const name of ["Content-Type", "Cache-Control", "Content-Disposition"]) {
    assert.equal(found?.headers[name], small.headers[name]);
  }
  assert.equal(told().derivative, "found");
});

test("the kept object tells S3's own clients the same, and carries the tag of its source", async () => {
  const { keep, key, store } = policy("/_/w:1/plain/s3://b/object");
  await keep(small, dear);
  const link = await store.presign({ bucket: buckets.derivatives, key }, 60);
  const { headers } = await fetch(link);
  assert.equal(headers.get("content-type"), "image/png");
  assert.equal(headers.get("cache-control"), "max-age=7, public");
  assert.equal(headers.get("content-disposition"), 'inline; filename="a.png"');
  assert.equal(headers.get("x-amz-meta-cache-tag"), "tag");
});

for (const [name, body] of [
  ["empty", Buffer.alloc(0)],
  ["cut off", pngOf("cut off").subarray(0, -1)],
  ["another file", Buffer.from("<html>")],
] as const) {
  test(`a derivative that is ${name} is a miss`, async () => {
    const { find, keep, told } = policy(`/_/w:1/plain/s3://b/corrupt-${body.length}`);
    await keep(answer(body), dear);
    assert.equal(await find(), undefined);
    assert.equal(told().derivative, "missing");
    assert.match(told().derivativeError ?? "", /bytes that are no picture/);
  });
}

test("a picture with headers that S3 could not say is kept only when it is too big to be sent", async () => {
  for (const name of ["Link", "X-Result-Width"]) {
    const { find, keep } = policy(`/_/w:1/plain/s3://b/${name}`);
    const said = (drawn: HttpResponse) => ({ ...drawn, headers: { ...drawn.headers, [name]: "1" } });
    assert.equal((await keep(said(small), dear)).headers[name], "1");
    assert.equal(await find(), undefined);
    assert.equal((await keep(said(big), dear)).status, 302);
  }
});

test("a picture cheap to draw is not kept", async () => {
  const { find, keep } = policy("/_/w:1/plain/s3://b/cheap");
  assert.equal(await keep(small, cheap), small);
  assert.equal(await find(), undefined);
});

test("SHUTTERSPEED_KEEP_AFTER says what is dear", async () => {
  const { find, keep } = policy("/_/w:1/plain/s3://b/after", {}, { SHUTTERSPEED_KEEP_AFTER: "0" });
  await keep(small, 0);
  assert.notEqual(await find(), undefined);
});

test("another URL of the same source is another derivative", async () => {
  await policy("/_/w:1/plain/s3://b/two").keep(small, dear);
  assert.equal(await policy("/_/w:2/plain/s3://b/two").find(), undefined);
});

test("a picture that expires is not kept, and one that is too big only apart, linked until it expires", async () => {
  const path = `/_/exp:${now / 1000 + 60}/plain/s3://b/expiring`;
  const { key, find, keep, store } = policy(path);
  assert.equal(await keep(small, dear), small);
  assert.equal(await find(), undefined);

  const drawn = await keep(big, dear);
  const [found, again] = [await find(), await policy(path, { edgeKey: key }).keep(big, dear)];
  for (const answer of [drawn, found, again]) {
    assert.equal(answer?.status, 302);
    const link = new URL(answer.headers.Location ?? "");
    assert.ok(link.pathname.endsWith(`/expiring/${key}`), link.pathname);
    assert.equal(link.searchParams.get("X-Amz-Expires"), "60");
    assert.equal((await (await fetch(link)).arrayBuffer()).byteLength, 4_800_000);
  }
  const { signal } = new AbortController();
  await assert.rejects(store.get({ bucket: buckets.derivatives, key }, { signal }), { status: 404 });
});

test("a link lives a day at most, as long as the object it leads to", async () => {
  const { keep } = policy(`/_/exp:${now / 1000 + 1_000_000}/plain/s3://b/expiring-late`);
  const { headers } = await keep(big, dear);
  assert.equal(new URL(headers.Location ?? "").searchParams.get("X-Amz-Expires"), "86400");
});

/** What a source says, whether it is passed on, and whether what is made of it may be kept. */
for (const [cacheControl, passthrough, kept] of [
  ["no-store", "0", false],
  ["private, max-age=31536000", "0", false],
  ["max-age=60", "0", true],
  ["max-age=60", "1", false],
  ["no-cache", "1", false],
  ["max-age=31536000, s-maxage=60", "1", false],
  ["public, max-age=31536000", "1", true],
] as const) {
  test(`of a source that says ${cacheControl}${passthrough === "1" ? ", passed on," : ""} a picture is ${kept ? "kept" : "not kept"}`, async () => {
    const env = { IMGPROXY_CACHE_CONTROL_PASSTHROUGH: passthrough };
    const { find, keep } = policy(
      `/_/w:1/plain/s3://b/${Buffer.from(cacheControl).toString("hex")}`,
      {},
      env,
    );
    assert.equal(await keep(small, dear, 20_000, { cacheControl }), small);
    assert.equal((await find()) !== undefined, kept);
  });
}

test("what may not last and is too big lies apart for one answer", async () => {
  const path = "/_/w:1/plain/s3://b/no-store";
  const { key, find, keep } = policy(path);
  const { headers } = await keep(big, dear, 20_000, { cacheControl: "no-store" });
  const link = new URL(headers.Location ?? "");
  assert.ok(link.pathname.endsWith(`/expiring/${key}.${now}`), link.pathname);
  assert.equal(await find(), undefined);
});

test("what is to be better or newer next time is not kept, and lies apart where it is too big", async () => {
  const { key, find, look, keep } = policy("/_/w:1/plain/s3://b/passing");
  assert.equal(await keep(small, dear, 20_000, {}, undefined, true), small);
  assert.equal(await find(), undefined);
  const apart = new RegExp(`/expiring/${key}\\.${now}\\?`);
  assert.match((await keep(big, dear, 20_000, {}, undefined, true)).headers.Location ?? "", apart);
  assert.equal(await find(), undefined);

  await keep(answer(pngOf("cut off").subarray(0, -1)), dear);
  const { damaged } = await look();
  assert.match((await keep(big, dear, 20_000, {}, damaged, true)).headers.Location ?? "", apart);
});

test("a damaged derivative gives way to the next drawing, a whole one does not", async () => {
  const { look, find, keep } = policy("/_/w:1/plain/s3://b/damaged");
  await keep(answer(pngOf("cut off").subarray(0, -1)), dear);
  const { damaged } = await look();
  assert.match(damaged ?? "", /^"[0-9a-f]{32}"$/);
  await keep(small, dear, 20_000, {}, damaged);
  assert.deepEqual((await find())?.body, small.body);
  await keep(answer(pngOf("another")), dear, 20_000, {}, damaged);
  assert.deepEqual((await find())?.body, small.body);
});

test("what the edge has asked for already is not asked for again", async () => {
  const path = "/_/w:1/plain/s3://b/edge";
  const { key, keep, find } = policy(path);
  await keep(small, dear);
  assert.equal(await policy(path, { edgeKey: key }).find(), undefined);
  assert.notEqual(await policy(path, { edgeKey: "another/key.any" }).find(), undefined);
  assert.notEqual(await find(), undefined);
});

test("what is too big for a response lies in the bucket, and the edge is sent to itself", async () => {
  const path = "/_/w:1/plain/s3://b/big";
  const { key } = policy(path);
  const { keep, store } = policy(path, { edgeKey: key });
  const { status, headers, body } = await keep(big, 0);
  assert.deepEqual([status, headers.Location, headers["Cache-Control"], body], [302, path, "no-store", ""]);
  const kept = await store.get(
    { bucket: buckets.derivatives, key },
    { signal: new AbortController().signal },
  );
  assert.ok(kept !== "not modified");
  assert.equal(kept.length, 4_800_000);
  kept.cancel();
});

for (const [name, edgeKey] of [
  ["without the edge", undefined],
  ["with an edge that names it otherwise", "other/key.any"],
] as const) {
  test(`what is too big is linked to ${name}, when drawn and when found`, async () => {
    const { keep, find } = policy(`/_/w:1/plain/s3://b/${edgeKey}`, edgeKey ? { edgeKey } : {});
    for (const answer of [await keep(big, 0), await find()]) {
      assert.equal(answer?.status, 302);
      const picture = await fetch(answer.headers.Location ?? "");
      assert.equal(picture.headers.get("content-type"), "image/png");
      assert.equal((await picture.arrayBuffer()).byteLength, 4_800_000);
    }
  });
}

test("redirects end: what was there already although the edge did not find it is linked to", async () => {
  const path = "/_/w:1/plain/s3://b/big-again";
  const { key } = policy(path);
  const { keep } = policy(path, { edgeKey: key });
  assert.equal((await keep(big, 0)).headers.Location, path);
  const { status, headers } = await keep(big, 0);
  assert.equal(status, 302);
  assert.ok(headers.Location?.startsWith(s3.endpoint), headers.Location);
});

test("a path that a browser would take for another host is never redirected to", async () => {
  const path = "//_/w:1/plain/s3://b/slashes";
  const { key } = policy(path);
  const { headers } = await policy(path, { edgeKey: key }).keep(big, 0);
  assert.ok(headers.Location?.startsWith(s3.endpoint), headers.Location);
});

test("without a bucket, what fits is answered, and what does not is refused", async () => {
  const { find, keep } = policy("/_/w:1/plain/s3://b/none", {}, { SHUTTERSPEED_DERIVATIVES_BUCKET: "" });
  assert.equal(await find(), undefined);
  assert.equal(await keep(small, dear), small);
  await assert.rejects(keep(big, dear), { name: "NowhereToKeep", status: 503 });
});

const streaming = { SHUTTERSPEED_RESPONSE_STREAMING: "true" };
/** A PNG of so many bytes, by its beginning and its end. */
const pngOfBytes = (bytes: number) => pngOf("0".repeat(bytes - 16));

test("where answers are streamed, what is big is answered as it is, when drawn and when found, and kept by the same policy", async () => {
  const large = answer(pngOfBytes(4_800_000));
  for (const [cost, kept] of [
    [cheap, false],
    [dear, true],
  ] as const) {
    const { keep, find } = policy(`/_/w:1/plain/s3://b/streamed-${cost}`, {}, streaming);
    assert.equal(await keep(large, cost), large);
    const found = await find();
    assert.equal(found?.status, kept ? 200 : undefined);
    if (kept) assert.ok(Buffer.from(found?.body ?? "").equals(pngOfBytes(4_800_000)));
  }
});

test("where answers are streamed, what could not leave in time is redirected to, when drawn and when found", async () => {
  // 7.6 s to stream; the deadline is in 7.
  const huge = answer(pngOfBytes(20_000_000));
  const path = "/_/w:1/plain/s3://b/streamed-late";
  const { key } = policy(path);
  const { status, headers } = await policy(path, { edgeKey: key }, streaming).keep(huge, 0, 7000);
  assert.deepEqual([status, headers.Location], [302, path]);
  const { find } = policy(path, {}, streaming);
  assert.equal((await find(7000))?.status, 302);
  assert.equal((await find(60_000))?.status, 200);
});

test("where answers are streamed, what is found to be more than the function holds is linked to", async () => {
  const path = "/_/w:1/plain/s3://b/streamed-held";
  const { key, store } = policy(path);
  const never = new AbortController().signal;
  await store.put({ bucket: buckets.derivatives, key }, pngOfBytes(96_000_000), { type: "image/png" }, never);
  const foundWith = async (memory: string) =>
    (await policy(path, {}, { ...streaming, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory }).find(120_000))?.status;
  assert.deepEqual([await foundWith("128"), await foundWith("1769")], [302, 200]);
});

test("a server answers what is kept whatever its size, but for what is more than a request may hold", async () => {
  const path = "/_/w:1/plain/s3://b/of-a-server";
  const { key, store } = policy(path);
  const never = new AbortController().signal;
  await store.put({ bucket: buckets.derivatives, key }, pngOfBytes(96_000_000), { type: "image/png" }, never);
  const foundWith = async (memory: string) => {
    const env = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory };
    return (await policy(path, {}, env, { responseLimit: Infinity }).find(120_000))?.status;
  };
  assert.deepEqual([await foundWith("128"), await foundWith("1769")], [302, 200]);
});

test("where answers are streamed, keeping leaves the time that streaming takes", async () => {
  await faulty(faults.silence, async () => {
    const huge = answer(pngOfBytes(8_000_000));
    const { keep, told } = policy("/_/w:1/plain/s3://b/streamed-silent", {}, streaming);
    const began = performance.now();
    // 1.6 s to stream leave 0.2 s of 1.8; half the time left would be 0.9.
    assert.equal(await keep(huge, dear, 1800), huge);
    assert.equal(told().derivative, "lost");
    const ms = performance.now() - began;
    assert.ok(ms > 150 && ms < underLoad(500), `${ms} ms`);
  });
});

test("where answers are streamed and nothing is kept, only what could not leave in time is refused", async () => {
  const nowhere = { ...streaming, SHUTTERSPEED_DERIVATIVES_BUCKET: "" };
  const { keep } = policy("/_/w:1/plain/s3://b/none", {}, nowhere);
  assert.equal(await keep(big, dear), big);
  await assert.rejects(keep(big, dear, 300), { name: "NowhereToKeep", status: 503 });
});

/** A policy whose bucket meets a fault. Tests run one after the other, so the environment is theirs. */
async function faulty(fault: Fault, run: (faulty: ReturnType<typeof policy>) => Promise<void>) {
  await using at = await origin(fault);
  process.env.AWS_ENDPOINT_URL_S3 = at.endpoint;
  try {
    await run(policy("/_/w:1/plain/s3://b/faulty"));
  } finally {
    process.env.AWS_ENDPOINT_URL_S3 = s3.endpoint;
  }
}

const whole = Buffer.from("a body");
const failures: readonly (readonly [string, Fault])[] = [
  ["says nothing", faults.silence],
  ["stalls", faults.stalls(whole)],
  ["resets", faults.resets(whole)],
  ["ends early", faults.endsEarly(whole)],
  ["refuses", faults.answers(s3Error(403, "AccessDenied"))],
  ["is down", faults.answers(s3Error(500, "InternalError"))],
];

for (const [name, fault] of failures) {
  test(`a bucket that ${name} is a miss`, () =>
    faulty(fault, async ({ find, told }) => {
      assert.equal(await find(1000), undefined);
      assert.equal(told().derivative, "missing");
    }));

  test(`a bucket that ${name} does not fail an answer`, () =>
    faulty(fault, async ({ keep, told }) => {
      assert.equal(await keep(small, dear, 400), small);
      assert.equal(told().derivative, "lost");
    }));
}

test("what a bucket does not have is no error, what it does not say is", async (t) => {
  stopClock(t);
  for (const [status, code, error] of [
    [404, "NoSuchKey", undefined],
    [403, "AccessDenied", undefined],
    [500, "InternalError", "StoreError: 500 InternalError"],
  ] as const) {
    await faulty(faults.answers(s3Error(status, code)), async ({ find, told }) => {
      await find();
      assert.equal(told().derivativeError, error);
    });
  }
});

/** A policy whose bucket says nothing; it can be told whether the bucket was asked. */
function silent(run: (silent: ReturnType<typeof policy>, asked: () => boolean) => Promise<void>) {
  let requests = 0;
  const silence: Fault = (_, __, nth) => {
    requests = nth + 1;
  };
  return faulty(silence, (policy) => run(policy, () => requests > 0));
}

/** What is asked of a bucket that says nothing, with so many ms left, and when that ends. */
const patience: readonly (readonly [string, "find" | "keep", number, number])[] = [
  ["looking takes a tenth of the time", "find", 4000, 400],
  ["looking takes half a second at most", "find", 60_000, 500],
  ["an answer waits half of the time to be kept", "keep", 1800, 900],
  ["an answer waits a second at most to be kept", "keep", 60_000, 1000],
];

for (const [name, what, left, ends] of patience) {
  test(name, async (t) => {
    const clock = stopClock(t);
    await silent(async ({ find, keep }, asked) => {
      const waiting = what === "find" ? find(left) : keep(small, dear, left);
      await until(asked);
      assert.ok(await endsAfter(ends, waiting, clock));
      assert.equal(await waiting, what === "find" ? undefined : small);
    });
  });
}

test("what is too big has all the time to be kept, then it is refused", async (t) => {
  const clock = stopClock(t);
  await silent(async ({ keep, told }, asked) => {
    const refused = assert.rejects(keep(big, dear, 5000), {
      name: "NowhereToKeep",
      status: 503,
      retryAfter: 5,
    });
    await until(asked);
    assert.ok(await endsAfter(5000, refused, clock));
    await refused;
    assert.equal(told().derivative, "lost");
  });
});

test("somebody else keeping the same picture is as good", () =>
  faulty(faults.answers(s3Error(412, "PreconditionFailed")), async ({ keep }) => {
    assert.equal((await keep(big, dear)).status, 302);
  }));
