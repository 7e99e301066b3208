import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { fetchSource } from "../../lambda/source/fetch.ts";
import { type Fault, faults, message, origin, s3Error } from "../faults.ts";
import { servicesOf } from "../services.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";

const url = "s3://pictures/cat.jpg";
const half = Buffer.from("half a body, then ");
const checksum = { "x-amz-checksum-crc32": "AAAAAA==" };

/** Fetches from an origin with this fault within `ms`; no connection that broke may be left open. */
async function fetchFrom(fault: Fault, ms: number, env: Readonly<Record<string, string>> = {}, source = url) {
  await using at = await origin(fault);
  const services = servicesOf({ IMGPROXY_S3_ENDPOINT: at.endpoint, ...env });
  const request = { source, conditions: {}, limits: limitsOf(services.config) };
  const began = performance.now();
  const outcome = await fetchSource(request, services, Deadline.in(ms)).catch((error: unknown) => error);
  const took = performance.now() - began;
  if (outcome instanceof Failure) {
    for (let tries = 0; at.open > 0 && !reusable.has(fault) && tries < 50; tries++) await sleep(10);
    if (!reusable.has(fault)) assert.equal(at.open, 0, "a connection is left open");
  }
  return { outcome, took, told: services.log.fields };
}

/** Faults after which the connection is as good as before. */
const reusable = new Set<Fault>();
const answering = (bytes: Buffer): Fault => {
  const fault = faults.answers(bytes);
  reusable.add(fault);
  return fault;
};

/** A fault, the failure it becomes, and what its message tells; the deadline is 150 ms, 70 % of it for the download. */
const promises: readonly (readonly [string, Fault, string, number, RegExp])[] = [
  [
    "silence before the headers",
    faults.silence,
    "SourceTimeout",
    504,
    /waiting for the first byte, 0 of \? bytes/,
  ],
  [
    "silence after half the body",
    faults.stalls(half),
    "SourceTimeout",
    504,
    /reading the body, 18 of 36 bytes/,
  ],
  [
    "silence, with a checksum",
    faults.stalls(half, checksum),
    "SourceTimeout",
    504,
    /reading the body, 18 of 36/,
  ],
  [
    "a trickle",
    faults.trickles(Buffer.alloc(50)),
    "SourceTimeout",
    504,
    /reading the body, [1-9]\d? of 50 bytes/,
  ],
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
  ["416", answering(s3Error(416, "InvalidRange")), "SourceUnreachable", 416, /416/],
  ["500", answering(s3Error(500, "InternalError")), "SourceUnreachable", 502, /500 InternalError/],
  [
    "an error that never ends",
    (socket) => socket.write(message(403, { "Content-Length": 99 }, "<Err")),
    "SourceTimeout",
    504,
    /first byte/,
  ],
];

describe("a source that fails", () => {
  for (const [name, fault, kind, status, tells] of promises) {
    test(`${name} → ${status} ${kind}, in time, telling where`, async () => {
      const { outcome, took } = await fetchFrom(fault, status === 504 ? 150 : 3000);
      assert.ok(outcome instanceof Failure, String(outcome));
      assert.deepEqual([outcome.name, outcome.status], [kind, status]);
      assert.match(outcome.message, tells);
      assert.match(outcome.message, /^s3:\/\/pictures\/cat\.jpg: .*, \d+ of \d+ ms: /);
      if (status === 504) assert.ok(took < 300, `${took} ms`);
    });
  }

  test("a busy store is asked again, and what it says is told, unless the time is up before", async () => {
    const busy = answering(s3Error(429, "SlowDown"));
    const { outcome } = await fetchFrom(busy, 5000);
    assert.ok(outcome instanceof Failure);
    assert.deepEqual([outcome.name, outcome.status], ["SourceUnreachable", 429]);

    const hurried = await fetchFrom(busy, 50);
    assert.ok(hurried.outcome instanceof Failure);
    assert.ok([429, 504].includes(hurried.outcome.status));
    assert.ok(hurried.took < 300);
  });

  test("nothing begins when there is no time left", async () => {
    const { outcome, told } = await fetchFrom(faults.silence, 0);
    assert.ok(outcome instanceof Failure);
    assert.equal(outcome.status, 504);
    assert.equal(told.bytes, undefined);
  });
});

test("a download leaves part of the time for drawing", async () => {
  const { outcome } = await fetchFrom(faults.silence, 200);
  assert.ok(outcome instanceof Failure);
  assert.match(outcome.message, /of 1[34]\d ms/);
});

test("IMGPROXY_DOWNLOAD_TIMEOUT ends a download that has time enough", async () => {
  const { outcome, took } = await fetchFrom(faults.silence, 60_000, { IMGPROXY_DOWNLOAD_TIMEOUT: "1" });
  assert.ok(outcome instanceof Failure);
  assert.deepEqual([outcome.name, outcome.status], ["SourceTimeout", 504]);
  assert.ok(took >= 990 && took < 3000, `${took} ms`);
});

test("a source arrives whole, in many pieces, with what is known of it", async () => {
  const body = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
  body.set([0xff, 0xd8]);
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
  assert.ok((told.downloadMs ?? 0) > 0);
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

test("more than memory holds is refused before it is read", async () => {
  const { outcome } = await fetchFrom(faults.answers(message(200, { "Content-Length": 2 ** 33 }, "a")), 1000);
  assert.ok(outcome instanceof Failure);
  assert.deepEqual([outcome.name, outcome.status], ["InvalidSource", 422]);
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
    const { outcome, took } = await fetchFrom(
      faults.answers(message(200, { "Content-Encoding": "gzip" }, Buffer.concat([bomb, bomb]))),
      10_000,
      env,
    );
    assert.ok(outcome instanceof Failure, String(outcome));
    assert.deepEqual([outcome.name, outcome.status], ["InvalidSource", 422]);
    assert.ok(took < 3000, `${took} ms`);
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
    const { outcome, took } = await fetchFrom(fault, 8000);
    assert.ok(outcome instanceof Failure, String(outcome));
    assert.deepEqual([outcome.name, outcome.status], ["InvalidSource", 422]);
    assert.match(outcome.message, /no picture we know/);
    assert.ok(took < 2000, `${took} ms`);
  }
});

test("what has not changed is not downloaded", async () => {
  const { outcome } = await fetchFrom(faults.answers(Buffer.from("HTTP/1.1 304 Not Modified\r\n\r\n")), 1000);
  assert.equal(outcome, "not modified");
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
