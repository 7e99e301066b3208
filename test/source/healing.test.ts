import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { fetchSource } from "../../lambda/source/fetch.ts";
import { startPace } from "../../lambda/source/pace.ts";
import { until } from "../clock.ts";
import { type Fault, faults, message, origin, s3Error } from "../faults.ts";
import { limitsIn, servicesOf } from "../services.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";

const picture = Buffer.concat([Buffer.from("GIF89a"), Buffer.alloc(5000, "pixels of it"), Buffer.from(";")]);
const other = Buffer.concat([Buffer.from("GIF89a"), Buffer.alloc(6000, "another one!"), Buffer.from(";")]);
const tagOf = (bytes: Buffer) => `"${createHash("md5").update(bytes).digest("hex")}"`;
const half = picture.length >> 1;

/** Answers as S3 does, ranges and conditions too. */
const serves =
  (bytes: Buffer): Fault =>
  (socket, head) => {
    const [, first] = /^range: bytes=(\d+)-/im.exec(head) ?? [];
    const [, wanted = tagOf(bytes)] = /^if-match: (\S+)/im.exec(head) ?? [];
    const ETag = tagOf(bytes);
    if (wanted !== ETag) socket.write(s3Error(412, "PreconditionFailed"));
    else if (first === undefined) socket.write(message(200, { ETag }, bytes));
    else if (Number(first) >= bytes.length) socket.write(s3Error(416, "InvalidRange"));
    else {
      const range = `bytes ${first}-${bytes.length - 1}/${bytes.length}`;
      socket.write(message(206, { ETag, "Content-Range": range }, bytes.subarray(Number(first))));
    }
  };

/** The first half of the picture with a length that says all, then this. */
const halfThen =
  (end: (socket: Parameters<Fault>[0]) => void): Fault =>
  (socket) => {
    const headers = { ETag: tagOf(picture), "Content-Length": picture.length };
    socket.write(message(200, headers, picture.subarray(0, half)), () => setTimeout(() => end(socket), 10));
  };

/** Fetches from an origin that meets its requests so, the last for ever; tells what came, and what was asked. */
async function fetched(script: readonly Fault[], ms = 25_000) {
  await using at = await origin((socket, head, nth) =>
    (script[nth] ?? script.at(-1) ?? faults.silence)(socket, head, nth),
  );
  const env = { IMGPROXY_S3_ENDPOINT: at.endpoint, IMGPROXY_DOWNLOAD_TIMEOUT: "30" };
  // A busy machine may be late with anything: nothing is raced before a part of the time is gone.
  const services = { ...servicesOf(env), pace: { ...startPace(), mayHedge: () => false } };
  const request = { source: "s3://pictures/cat.gif", conditions: {}, limits: limitsIn(env) };
  const outcome = await fetchSource(request, services, Deadline.in(ms)).catch((error: unknown) => error);
  await until(() => at.open <= 1, "a connection is left open");
  const bytes = typeof outcome === "object" && outcome && "bytes" in outcome ? outcome.bytes : undefined;
  const ranges = at.heads.map((head) => /^range: (bytes=\d+-)/im.exec(head)?.[1]);
  return { outcome, bytes, ranges, heads: at.heads, trail: services.log.fields.download };
}

const rest = `bytes=${half}-`;

describe("a body that breaks is gone on with from its last byte, if it is still the same", () => {
  for (const [name, end] of [
    ["a reset", (socket) => socket.resetAndDestroy()],
    ["an end", (socket) => socket.end()],
    ["silence", () => {}],
  ] as const satisfies readonly (readonly [string, (socket: Parameters<Fault>[0]) => void])[]) {
    test(`after ${name}`, async () => {
      const { bytes, ranges, heads, trail } = await fetched([halfThen(end), serves(picture)]);
      assert.deepEqual(bytes, picture);
      assert.deepEqual(ranges, [undefined, rest]);
      assert.match(heads[1] ?? "", new RegExp(`if-match: ${tagOf(picture)}`, "i"));
      assert.deepEqual([trail?.attempts, trail?.resumed, trail?.hedged], [2, 1, 0]);
    });
  }

  test("from where the second attempt broke, after the second", async () => {
    const again: Fault = (socket) => {
      const range = `bytes ${half}-${picture.length - 1}/${picture.length}`;
      const headers = {
        ETag: tagOf(picture),
        "Content-Range": range,
        "Content-Length": picture.length - half,
      };
      socket.end(message(206, headers, picture.subarray(half, half + 100)));
    };
    const { bytes, ranges } = await fetched([halfThen((socket) => socket.end()), again, serves(picture)]);
    assert.deepEqual(bytes, picture);
    assert.deepEqual(ranges, [undefined, rest, `bytes=${half + 100}-`]);
  });

  test("and from the start where it has changed meanwhile", async () => {
    const { bytes, ranges } = await fetched([halfThen((socket) => socket.end()), serves(other)]);
    assert.deepEqual(bytes, other);
    assert.deepEqual(ranges, [undefined, rest, undefined]);
  });

  test("where a store knows no ranges, what is here already is passed over", async () => {
    const whole = faults.answers(message(200, { ETag: tagOf(picture) }, picture));
    const { bytes } = await fetched([halfThen((socket) => socket.end()), whole]);
    assert.deepEqual(bytes, picture);
  });
});

describe("what came is the object, or is asked for again", () => {
  const ETag = tagOf(picture);
  const flipped = Buffer.from(picture);
  flipped[1000] = 0;

  test("a length that says half", async () => {
    const short = message(200, { ETag }, picture.subarray(0, half));
    const { bytes, ranges } = await fetched([faults.answers(short), serves(picture)]);
    assert.deepEqual(bytes, picture);
    assert.deepEqual(ranges, [undefined, rest]);
  });

  test("other bits than its ETag says", async () => {
    const { bytes } = await fetched([faults.answers(message(200, { ETag }, flipped)), serves(picture)]);
    assert.deepEqual(bytes, picture);
  });

  test("other bits than its checksum says, to the end", async () => {
    const wrong = message(200, { ETag: '"e-2"', "x-amz-checksum-crc32": "AAAAAA==" }, picture);
    const { outcome } = await fetched([faults.answers(wrong)], 2000);
    assert.ok(outcome instanceof Failure);
    assert.ok([422, 502, 504].includes(outcome.status), `${outcome.status}`);
  });

  test("an ETag that never was an MD5 is only a name", async () => {
    const named = message(200, { ETag: `"${"0".repeat(32)}"` }, picture);
    const { bytes, trail } = await fetched([faults.answers(named)]);
    assert.deepEqual(bytes, picture);
    assert.ok((trail?.attempts ?? 0) <= 4, `${trail?.attempts}`);
  });

  test("nor is one of an object that is encrypted with a key of its own: it is not even asked for again", async () => {
    const headers = { ETag: `"${"0".repeat(32)}"`, "x-amz-server-side-encryption": "aws:kms" };
    const { bytes, trail } = await fetched([faults.answers(message(200, headers, picture))]);
    assert.deepEqual([bytes, trail?.attempts], [picture, 1]);
  });

  test("a page is not from the store, unless it comes twice", async () => {
    const page = faults.answers(message(200, { ETag, "Content-Type": "text/html" }, "<html>Log in</html>"));
    assert.deepEqual((await fetched([page, serves(picture)])).bytes, picture);
    const text = message(200, { ETag: '"e-2"' }, "plain text");
    const { outcome, trail } = await fetched([faults.answers(text)]);
    assert.ok(outcome instanceof Failure);
    assert.deepEqual([outcome.name, outcome.status], ["InvalidSource", 422]);
    assert.equal(trail?.attempts, 2);
    const long = message(200, { ETag: '"e-3"' }, "text ".repeat(8000));
    assert.match(`${(await fetched([faults.answers(long)])).outcome}`, /InvalidSource.*no picture we know/);
  });

  test("a picture that is said to be packed and is not stays as it is", async () => {
    const lie = message(200, { ETag, "Content-Encoding": "gzip" }, picture);
    assert.deepEqual((await fetched([faults.answers(lie)])).bytes, picture);
  });

  test("what is packed proves itself, whatever its ETag", async () => {
    const packed = gzipSync(picture);
    const headers = { ETag: `"${"0".repeat(32)}"`, "Content-Encoding": "gzip" };
    const { bytes, trail } = await fetched([faults.answers(message(200, headers, packed))]);
    assert.deepEqual([bytes, trail?.attempts], [picture, 1]);
  });
});

describe("a first byte that does not come", () => {
  const busy = faults.answers(s3Error(503, "SlowDown"));

  test("is waited for, while another request races it over a new connection", async () => {
    const { bytes, trail } = await fetched([faults.silence, serves(picture)], 3000);
    assert.deepEqual(bytes, picture);
    assert.deepEqual([trail?.attempts, trail?.hedged, trail?.hedgeWon], [2, 1, true]);
  });

  test("three times busy is asked a fourth time, for ever busy five times in all", async () => {
    assert.deepEqual((await fetched([busy, busy, busy, serves(picture)])).bytes, picture);
    const { outcome, trail } = await fetched([busy], 10_000);
    assert.ok(outcome instanceof Failure);
    assert.deepEqual([outcome.status, trail?.attempts, trail?.busy], [502, 5, 5]);
  });

  test("an answer is asked for once", async () => {
    for (const [status, word] of [
      [403, "AccessDenied"],
      [404, "NoSuchKey"],
    ] as const) {
      const { outcome, trail } = await fetched([faults.answers(s3Error(status, word))]);
      assert.ok(outcome instanceof Failure);
      assert.deepEqual([outcome.status, trail?.attempts], [status, 1]);
    }
  });

  for (const [name, fault] of [
    ["garbage", (socket) => socket.end("\x00\x01\x02 nonsense\r\n\r\n")],
    ["half a head", (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Le")],
    ["a negative length", faults.answers(message(200, { "Content-Length": -5 }, ""))],
    ["a length no object has", faults.answers(message(200, { "Content-Length": 100_000_000_000_000 }, ""))],
    ["204", faults.answers(message(204))],
    ["a part nobody asked for", faults.answers(message(206, { "Content-Range": "bytes 0-0/9" }, "G"))],
    ["304", faults.answers(Buffer.from("HTTP/1.1 304 X\r\n\r\n"))],
  ] as const satisfies readonly (readonly [string, Fault])[]) {
    test(`${name} is asked again`, async () => {
      assert.deepEqual((await fetched([fault, serves(picture)])).bytes, picture);
    });
  }
});

test("a source that came whole leaves its connection to the next", async () => {
  const ports = new Set<number | undefined>();
  await using at = await origin((socket, head, nth) => {
    ports.add(socket.remotePort);
    serves(picture)(socket, head, nth);
  });
  const env = { IMGPROXY_S3_ENDPOINT: at.endpoint, IMGPROXY_DOWNLOAD_TIMEOUT: "30" };
  const calm = { ...startPace(), mayHedge: () => false };
  const services = { ...servicesOf(env), pace: calm };
  const request = { source: "s3://pictures/cat.gif", conditions: {}, limits: limitsIn(env) };
  for (let nth = 0; nth < 3; nth++) await fetchSource(request, services, Deadline.in(25_000));
  const fresh = { ...servicesOf({ ...env, SHUTTERSPEED_RECENT_SHARE: "0" }), pace: calm };
  for (let nth = 0; nth < 3; nth++) await fetchSource(request, fresh, Deadline.in(25_000));
  assert.equal(ports.size, 2);
});
