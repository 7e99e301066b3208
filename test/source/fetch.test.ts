import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { fetchSource } from "../../lambda/source/fetch.ts";
import type { Conditions, ObjectMetadata, Store } from "../../lambda/store/store.ts";
import { endsAfter, stopClock, until } from "../clock.ts";
import { type Fault, faults, message, origin, s3Error } from "../faults.ts";
import { type Env, servicesOf } from "../services.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";

const url = "s3://pictures/cat.jpg";
const half = Buffer.from("half a body, then ");
const checksum = { "x-amz-checksum-crc32": "AAAAAA==" };

/** Fetches from an origin with this fault within `ms`; no connection that broke may be left open. */
async function fetchFrom(
  fault: Fault,
  ms: number,
  env: Readonly<Record<string, string>> = {},
  source = url,
  conditions: Conditions = {},
) {
  await using at = await origin(fault);
  const services = servicesOf({ IMGPROXY_S3_ENDPOINT: at.endpoint, ...env });
  const request = { source, conditions, limits: limitsOf(services.config) };
  const outcome = await fetchSource(request, services, Deadline.in(ms)).catch((error: unknown) => error);
  if (outcome instanceof Failure && !reusable.has(fault))
    await until(() => at.open === 0, "a connection is left open");
  return { outcome, told: services.log.fields };
}

/** Faults after which the connection is as good as before. */
const reusable = new Set<Fault>();
const answering = (bytes: Buffer): Fault => {
  const fault = faults.answers(bytes);
  reusable.add(fault);
  return fault;
};

/** Fetches from an origin with this fault; once it has come as far as it will, `ms` pass, and it should end. */
async function waitFor(
  t: TestContext,
  fault: Fault,
  comesTo: "asking" | "reading",
  { deadline = 10_000, ms, env = {} }: { deadline?: number; ms: number; env?: Env },
) {
  const clock = stopClock(t);
  const reached = new Set<string>();
  await using at = await origin((...given) => {
    reached.add("asking");
    fault(...given);
  });
  const vars = { IMGPROXY_S3_ENDPOINT: at.endpoint, ...env };
  const services = servicesOf(vars, { store: watched(servicesOf(vars).store, () => reached.add("reading")) });
  const request = { source: url, conditions: {}, limits: limitsOf(services.config) };
  const fetching = fetchSource(request, services, Deadline.in(deadline)).catch((error: unknown) => error);
  await until(() => reached.has(comesTo));
  const inTime = await endsAfter(ms, fetching, clock);
  clock.pass(deadline);
  const outcome = await fetching;
  if (!reusable.has(fault)) await until(() => at.open === 0, "a connection is left open");
  return { outcome, inTime };
}

/** A store that tells whenever a part of a body has been taken. */
const watched = (store: Store, taken: () => void): Store => ({
  ...store,
  async get(address, options) {
    const stream = await store.get(address, options);
    if (stream === "not modified") return stream;
    async function* body(parts: AsyncIterable<Uint8Array>) {
      for await (const part of parts) {
        yield part;
        taken();
      }
    }
    return { ...stream, body: body(stream.body) };
  },
});

/** How a source does not come, how far the fetch gets, and what its message tells of it. */
const waits: readonly (readonly [string, Fault, "asking" | "reading", RegExp])[] = [
  ["silence before the headers", faults.silence, "asking", /waiting for the first byte, 0 of \? bytes/],
  ["silence after half the body", faults.stalls(half), "reading", /reading the body, 18 of 36 bytes/],
  ["silence, with a checksum", faults.stalls(half, checksum), "reading", /reading the body, 18 of 36/],
  [
    "a trickle",
    faults.trickles(Buffer.alloc(1000)),
    "reading",
    /reading the body, [1-9]\d{0,2} of 1000 bytes/,
  ],
  [
    "an error that never ends",
    (socket) => socket.write(message(403, { "Content-Length": 99 }, "<Err")),
    "asking",
    /first byte/,
  ],
];

/** A fault, the failure it becomes, and what its message tells. */
const promises: readonly (readonly [string, Fault, string, number, RegExp])[] = [
  [
    "a reset before the headers",
    (socket) => socket.resetAndDestroy(),
    "SourceUnreachable",
    404,
    /first byte/,
  ],
  [
    "a reset after half the body",
    faults.resets(half),
    "SourceUnreachable",
    502,
    /reading the body, 18 of 36.*RESET|aborted/,
  ],
  [
    "a reset, with a checksum",
    faults.resets(half, checksum),
    "SourceUnreachable",
    502,
    /reading the body, 18 of 36/,
  ],
  ["half a body", faults.endsEarly(half), "SourceIncomplete", 422, /reading the body, 18 of 36 bytes/],
  [
    "half a body, with a checksum",
    faults.endsEarly(half, checksum),
    "SourceIncomplete",
    422,
    /18 of 36 bytes/,
  ],
  [
    "another body than announced",
    answering(message(200, checksum, "x")),
    "SourceUnreachable",
    502,
    /Checksum mismatch/,
  ],
  ["404", answering(s3Error(404, "NoSuchKey")), "SourceUnreachable", 404, /404 NoSuchKey/],
  ["403", answering(s3Error(403, "AccessDenied")), "SourceUnreachable", 403, /403 AccessDenied/],
  ["credentials of ours", answering(s3Error(403, "ExpiredToken")), "SourceUnreachable", 502, /ExpiredToken/],
  ["a part nobody asked for", faults.answers(message(206, {}, "x")), "SourceUnreachable", 404, /206 Partial/],
  ["416", answering(s3Error(416, "InvalidRange")), "SourceUnreachable", 416, /416/],
  ["500", answering(s3Error(500, "InternalError")), "SourceUnreachable", 502, /500 InternalError/],
];

describe("a source that fails", () => {
  for (const [name, fault, kind, status, tells] of promises) {
    test(`${name} → ${status} ${kind}, telling where`, async () => {
      const { outcome } = await fetchFrom(fault, 30_000);
      assert.ok(outcome instanceof Failure, String(outcome));
      assert.deepEqual([outcome.name, outcome.status], [kind, status]);
      assert.match(outcome.message, tells);
      assert.match(outcome.message, /^s3:\/\/pictures\/cat\.jpg: .*, \d+ of \d+ ms: /);
    });
  }

  for (const [name, fault, comesTo, tells] of waits) {
    test(`${name} → 504 SourceTimeout, in time, telling where`, async (t) => {
      // 300 ms of the time are for drawing.
      const { outcome, inTime } = await waitFor(t, fault, comesTo, { deadline: 1400, ms: 1100 });
      assert.ok(outcome instanceof Failure, String(outcome));
      assert.deepEqual([inTime, outcome.name, outcome.status], [true, "SourceTimeout", 504]);
      assert.match(outcome.message, tells);
      assert.match(outcome.message, /^s3:\/\/pictures\/cat\.jpg: .*, 1100 of 1100 ms: /);
    });
  }

  test("a busy store is asked again, and what it says is told, unless the time is up before", async (t) => {
    const busy = answering(s3Error(429, "SlowDown"));
    const { outcome } = await fetchFrom(busy, 30_000);
    assert.ok(outcome instanceof Failure);
    assert.deepEqual([outcome.name, outcome.status], ["SourceUnreachable", 429]);

    const hurried = await waitFor(t, busy, "asking", { deadline: 50, ms: 35 });
    assert.ok(hurried.outcome instanceof Failure);
    assert.ok([429, 504].includes(hurried.outcome.status));
  });

  test("nothing begins when there is no time left", async () => {
    const { outcome, told } = await fetchFrom(faults.silence, 0);
    assert.ok(outcome instanceof Failure);
    assert.equal(outcome.status, 504);
    assert.equal(told.bytes, undefined);
  });
});

test("IMGPROXY_DOWNLOAD_TIMEOUT ends a download that has time enough", async (t) => {
  const env = { IMGPROXY_DOWNLOAD_TIMEOUT: "2" };
  const { outcome, inTime } = await waitFor(t, faults.silence, "asking", { deadline: 60_000, ms: 2000, env });
  assert.ok(outcome instanceof Failure);
  assert.deepEqual([inTime, outcome.name, outcome.status], [true, "SourceTimeout", 504]);
});

test("a source arrives whole, in many pieces, with what is known of it", async () => {
  const body = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
  body.set([0xff, 0xd8]);
  body.set([0xff, 0xd9], body.length - 2);
  const headers = {
    ETag: '"e1"',
    "Content-Type": "image/jpeg",
    "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT",
  };
  const { outcome, told } = await fetchFrom(faults.answers(message(200, headers, body)), 2000);
  assert.ok(
    outcome && typeof outcome === "object" && "bytes" in outcome && outcome.bytes instanceof Uint8Array,
  );
  assert.equal(Buffer.compare(outcome.bytes, body), 0);
  assert.deepEqual(
    { ...outcome, bytes: undefined },
    {
      bytes: undefined,
      type: "image/jpeg",
      etag: '"e1"',
      lastModified: "Wed, 21 Oct 2015 07:28:00 GMT",
      encoding: undefined,
      cacheControl: undefined,
      expires: undefined,
      contentDisposition: undefined,
      cacheTag: undefined,
    },
  );
  assert.deepEqual(
    [told.source, told.s3?.bucket, told.s3?.key, told.bytes],
    [url, "pictures", "cat.jpg", 300_000],
  );
  assert.deepEqual([told.download?.attempts, told.download?.phase], [1, "body"]);
});

test("a source of unknown length arrives whole", async () => {
  const chunked = Buffer.from(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nGIF89a\r\n4\r\ndefg\r\n0\r\n\r\n",
  );
  const { outcome } = await fetchFrom(faults.answers(chunked), 1000);
  assert.ok(
    outcome && typeof outcome === "object" && "bytes" in outcome && outcome.bytes instanceof Uint8Array,
  );
  assert.equal(Buffer.from(outcome.bytes).toString(), "GIF89adefg");
});

test("a source larger than IMGPROXY_MAX_SRC_FILE_SIZE is refused, at the limit it is not", async () => {
  const env = { IMGPROXY_MAX_SRC_FILE_SIZE: "5" };
  const chunked = Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n");
  for (const fault of [faults.answers(message(200, { "Content-Length": 6 }, "a")), faults.answers(chunked)]) {
    const { outcome } = await fetchFrom(fault, 1000, env);
    assert.ok(outcome instanceof Failure, String(outcome));
    assert.deepEqual([outcome.name, outcome.status], ["InvalidSource", 422]);
    assert.match(outcome.message, /6 bytes of at most 5/);
  }
  const { outcome } = await fetchFrom(faults.answers(message(200, {}, "BM345")), 1000, env);
  assert.ok(!(outcome instanceof Failure));
});

test("without a limit, 256 MiB are read, and a byte more is refused before it is", async () => {
  const of = (length: number) => fetchFrom(faults.endsEarly(half, { "Content-Length": length }), 10_000);
  const { outcome: most } = await of(268_435_456);
  assert.ok(most instanceof Failure);
  assert.deepEqual([most.name, most.status], ["SourceIncomplete", 422]);
  const { outcome: more } = await of(268_435_457);
  assert.ok(more instanceof Failure);
  assert.deepEqual([more.name, more.status], ["InvalidSource", 422]);
  assert.match(more.message, /268435457 bytes of at most 268435456$/);
});

describe("a source stored gzipped", () => {
  const packed = gzipSync(Buffer.from("<svg/>".repeat(100)));
  const gzip = { "Content-Encoding": "gzip" };

  test("is unpacked", async () => {
    const { outcome } = await fetchFrom(faults.answers(message(200, gzip, packed)), 1000);
    assert.ok(
      outcome && typeof outcome === "object" && "bytes" in outcome && outcome.bytes instanceof Uint8Array,
    );
    assert.equal(Buffer.from(outcome.bytes).toString(), "<svg/>".repeat(100));
  });

  for (const [name, body, env, kind] of [
    ["and cut short is incomplete", packed.subarray(0, -12), {}, "SourceIncomplete"],
    ["and not gzip at all is broken", Buffer.from("plain text"), {}, "BrokenSource"],
    ["and too big unpacked is refused", packed, { IMGPROXY_MAX_SRC_FILE_SIZE: "599" }, "InvalidSource"],
  ] as const) {
    test(name, async () => {
      const { outcome } = await fetchFrom(answering(message(200, gzip, body)), 1000, env);
      assert.ok(outcome instanceof Failure, String(outcome));
      assert.deepEqual([outcome.name, outcome.status], [kind, 422]);
    });
  }
});

test("a gigabyte of zeros in a megabyte is refused at the limit, not unpacked", async () => {
  const bomb = gzipSync(Buffer.concat([Buffer.from("BM"), Buffer.alloc(2 ** 28)]), { level: 9 });
  const before = process.memoryUsage().rss;
  for (const [env, most] of [
    [{ IMGPROXY_MAX_SRC_FILE_SIZE: "1000000" }, 32],
    [{}, 400],
  ] as const) {
    const { outcome } = await fetchFrom(
      answering(message(200, { "Content-Encoding": "gzip" }, Buffer.concat([bomb, bomb]))),
      10_000,
      env,
    );
    assert.ok(outcome instanceof Failure, String(outcome));
    assert.deepEqual([outcome.name, outcome.status], ["InvalidSource", 422]);
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    assert.ok(grown < most + 100, `${grown} MB`);
  }
});

test("what shows no type we know within 32 KiB is refused there and then, also when packed", async () => {
  const endless = (headers: Readonly<Record<string, string>>, bytes: Buffer): Fault => {
    return (socket) => {
      socket.write(message(200, { "Content-Length": 200_000_000, ...headers }, ""));
      socket.write(bytes);
    };
  };
  for (const fault of [
    endless({}, Buffer.alloc(40_000, "text ")),
    endless(
      { "Content-Encoding": "gzip" },
      gzipSync(Buffer.from(Array.from({ length: 99_999 }, Math.random).join())),
    ),
  ]) {
    // Whoever read on would run into the deadline.
    const { outcome } = await fetchFrom(fault, 3000);
    assert.ok(outcome instanceof Failure, String(outcome));
    assert.deepEqual([outcome.name, outcome.status], ["InvalidSource", 422]);
    assert.match(outcome.message, /no picture we know/);
  }
});
const notModified = answering(Buffer.from("HTTP/1.1 304 Not Modified\r\n\r\n"));

test("only what the store says is repeated by a CDN, not what went wrong on the way", async () => {
  for (const [fault, cacheFor] of [
    [answering(s3Error(404, "NoSuchKey")), 10],
    [answering(s3Error(403, "AccessDenied")), 10],
    [answering(s3Error(403, "ExpiredToken")), 0],
    [(socket) => socket.destroy(), 0],
    [answering(message(206, {}, "x")), 0],
    [notModified, 0],
  ] as readonly (readonly [Fault, number])[]) {
    const { outcome } = await fetchFrom(fault, 1000);
    assert.ok(outcome instanceof Failure);
    // What only came too late may be repeated for a second.
    const { cacheFor: told } = outcome;
    assert.equal(outcome.status === 504 && told === 1 ? 0 : told, cacheFor, outcome.message);
  }
});

test("what has not changed is not downloaded", async () => {
  const { outcome } = await fetchFrom(notModified, 1000, {}, url, { ifNoneMatch: '"e"' });
  assert.deepEqual(outcome, { unmodified: { etag: '"e"' } });
});

test("a 304 nobody asked for is no answer", async () => {
  const { outcome } = await fetchFrom(notModified, 1000);
  assert.ok(outcome instanceof Failure);
  assert.deepEqual([outcome.name, outcome.status], ["SourceUnreachable", 404]);
});

test("where the source says how long it holds, it is asked again what a 304 does not say", async () => {
  const whole = { "cache-control": "max-age=60", etag: '"e"' };
  const env = { IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "1" };
  const saying: Fault = (socket, sent, nth) =>
    (/^if-none-match/im.test(sent) ? notModified : faults.answers(message(206, whole, "x")))(
      socket,
      sent,
      nth,
    );
  reusable.add(saying);
  const { outcome } = await fetchFrom(saying, 1000, env, url, { ifNoneMatch: '"e"' });
  assert.ok(typeof outcome === "object" && outcome && "unmodified" in outcome);
  const { cacheControl, etag } = outcome.unmodified as ObjectMetadata;
  assert.deepEqual([cacheControl, etag], ["max-age=60", '"e"']);
});

for (const source of ["ftp://x/y", "constructor://x/y", "cat.jpg", "://", "s3:/b/k"]) {
  test(`${source} is nothing we can reach`, async () => {
    const { outcome } = await fetchFrom(faults.silence, 1000, {}, source);
    assert.ok(outcome instanceof Failure);
    assert.deepEqual([outcome.name, outcome.status], ["SourceUnreachable", 404]);
  });
}

test("a scheme's case does not matter", async () => {
  const { outcome } = await fetchFrom(
    faults.answers(message(200, {}, "BM")),
    1000,
    {},
    "S3://pictures/cat.jpg",
  );
  assert.ok(!(outcome instanceof Error));
});
