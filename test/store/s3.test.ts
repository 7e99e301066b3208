import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "../../lambda/config/variables.ts";
import { s3Store } from "../../lambda/store/s3.ts";
import type { ObjectStream, Store } from "../../lambda/store/store.ts";
import { StoreError } from "../../lambda/store/store.ts";
import { buckets, type LocalS3, startS3 } from "../../lib/local/s3/s3.ts";
import { type Fault, faults, message, type Origin, origin, s3Error } from "../faults.ts";
import { underLoad } from "../load.ts";
import { oracle } from "../oracle.ts";

process.env.AWS_ACCESS_KEY_ID = "local";
process.env.AWS_SECRET_ACCESS_KEY = "not-a-secret";
process.env.AWS_REGION = "us-east-1";

const bucketAt = (endpoint: string, env: Readonly<Record<string, string>> = {}) =>
  s3Store(readConfig({ IMGPROXY_S3_ENDPOINT: endpoint, ...env }));
const patient = () => new AbortController().signal;
const picture = { bucket: buckets.pictures, key: "dir/a b+ü%.jpg" };

async function text(stream: ObjectStream | "not modified"): Promise<string> {
  assert.notEqual(stream, "not modified");
  if (stream === "not modified") return "";
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("on a real S3", () => {
  let s3: LocalS3;
  let folder: string;
  let bucket: Store;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "bucket-test-"));
    s3 = await startS3(folder);
    bucket = bucketAt(s3.endpoint);
  });
  after(async () => {
    await s3.stop();
    await rm(folder, { recursive: true });
  });

  test("what is put comes back, with what was said of it", async () => {
    const metadata = {
      type: "image/jpeg",
      cacheControl: "max-age=5, public",
      contentDisposition: 'inline; filename="a.jpg"',
      cacheTag: "abc",
    };
    await bucket.put(picture, Buffer.from("hello"), metadata, patient());
    const stream = await bucket.get(picture, { signal: patient() });
    assert.equal(await text(stream), "hello");
    assert.ok(stream !== "not modified");
    assert.equal(stream.length, 5);
    const { etag, lastModified, ...rest } = stream.metadata;
    assert.match(etag ?? "", /^"[0-9a-f]{32}"$/);
    assert.match(lastModified ?? "", / GMT$/);
    assert.deepEqual(rest, { ...metadata, encoding: undefined, expires: undefined });
  });

  test("what is there already stays, and that is no failure", async () => {
    const address = { bucket: buckets.derivatives, key: "once" };
    const put = (body: string) => bucket.put(address, Buffer.from(body), {}, patient());
    await put("first");
    await put("second");
    assert.equal(await text(await bucket.get(address, { signal: patient() })), "first");
  });

  test("conditions that hold are answered without a body", async () => {
    const address = { bucket: buckets.pictures, key: "conditional" };
    await bucket.put(address, Buffer.from("x"), {}, patient());
    const first = await bucket.get(address, { signal: patient() });
    assert.ok(first !== "not modified");
    await text(first);
    const { etag = "", lastModified = "" } = first.metadata;
    assert.equal(await bucket.get(address, { ifNoneMatch: etag, signal: patient() }), "not modified");
    assert.equal(await text(await bucket.get(address, { ifNoneMatch: '"other"', signal: patient() })), "x");
    assert.equal(
      await bucket.get(address, { ifModifiedSince: lastModified, signal: patient() }),
      "not modified",
    );
    assert.equal(
      await text(await bucket.get(address, { ifModifiedSince: "yesterday", signal: patient() })),
      "x",
    );
  });

  test("a missing object is refused with 404", async () => {
    const missing = { bucket: buckets.pictures, key: "nowhere" };
    await assert.rejects(bucket.get(missing, { signal: patient() }), { name: "StoreError", status: 404 });
  });

  test("a link reads the object without credentials", async () => {
    await bucket.put({ bucket: buckets.pictures, key: "linked" }, Buffer.from("by link"), {}, patient());
    const link = await bucket.presign({ bucket: buckets.pictures, key: "linked" }, 60);
    assert.match(link, /X-Amz-Expires=60/);
    assert.equal(await (await fetch(link)).text(), "by link");
  });

  test("3 MB are stored without waiting for anybody's leave", async () => {
    const began = performance.now();
    await bucket.put({ bucket: buckets.pictures, key: "large" }, Buffer.alloc(3e6), {}, patient());
    assert.ok(performance.now() - began < underLoad(3000));
  });
});

/** Runs against an origin with this fault; no connection may be left when all is done. */
async function against(
  fault: Parameters<typeof origin>[0],
  run: (bucket: Store, origin: Origin) => Promise<void>,
) {
  await using at = await origin(fault);
  await run(bucketAt(at.endpoint), at);
}

async function closed(at: Origin) {
  for (let tries = 0; at.open > 0 && tries < 50; tries++) await sleep(10);
  assert.equal(at.open, 0, "a connection is left open");
}

const half = Buffer.from("half a body, then ");
/** Real S3 sends it for objects today's SDKs uploaded; it puts another stream before the connection's. */
const checksum = { "x-amz-checksum-crc32": "AAAAAA==" };

for (const headers of [{}, checksum]) {
  const kind = "x-amz-checksum-crc32" in headers ? "with a checksum" : "without checksum";

  test(`a reset while the body is read is an error (${kind})`, () =>
    against(faults.resets(half, headers), async (bucket, at) => {
      const stream = await bucket.get(picture, { signal: patient() });
      await assert.rejects(text(stream), { code: "ECONNRESET" });
      await closed(at);
    }));

  test(`a body that ends early just ends, for its reader to count (${kind})`, () =>
    against(faults.endsEarly(half, headers), async (bucket, at) => {
      assert.equal(await text(await bucket.get(picture, { signal: patient() })), half.toString());
      await closed(at);
    }));

  test(`a reset or an abort before anybody reads harms nobody (${kind})`, async () => {
    await against(faults.resets(half, headers), async (bucket, at) => {
      const stream = await bucket.get(picture, { signal: patient() });
      await sleep(60);
      await closed(at);
      await assert.rejects(text(stream));
    });
    await against(faults.stalls(half, headers), async (bucket, at) => {
      const controller = new AbortController();
      await bucket.get(picture, { signal: controller.signal });
      controller.abort();
      await closed(at);
    });
  });

  test(`an abort ends the reading of a stalled body (${kind})`, () =>
    against(faults.stalls(half, headers), async (bucket, at) => {
      const controller = new AbortController();
      const stream = await bucket.get(picture, { signal: controller.signal });
      const reading = text(stream);
      setTimeout(() => controller.abort(), 30);
      await assert.rejects(reading);
      await closed(at);
    }));

  test(`a body nobody wants gives its connection back (${kind})`, () =>
    against(faults.stalls(half, headers), async (bucket, at) => {
      const stream = await bucket.get(picture, { signal: patient() });
      assert.ok(stream !== "not modified");
      assert.equal(at.open, 1);
      stream.cancel();
      await closed(at);
    }));
}

test("a body that is not what its checksum says is an error", () =>
  against(faults.answers(message(200, checksum, "not empty")), async (bucket) => {
    const stream = await bucket.get(picture, { signal: patient() });
    await assert.rejects(text(stream), /Checksum mismatch/);
  }));

test("bodies read to the end leave one connection for the next", () =>
  against(faults.answers(message(200, {}, "whole")), async (bucket, at) => {
    for (let nth = 0; nth < 3; nth++)
      assert.equal(await text(await bucket.get(picture, { signal: patient() })), "whole");
    assert.equal(at.heads.length, 3);
    assert.equal(at.open, 1);
  }));

test("an abort ends the waiting for an answer", () =>
  against(faults.silence, async (bucket, at) => {
    const controller = new AbortController();
    const waiting = bucket.get(picture, { signal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    await assert.rejects(waiting);
    await closed(at);
  }));

for (const [status, code] of [
  [403, "AccessDenied"],
  [404, "NoSuchKey"],
  [404, "NoSuchBucket"],
  [503, "SlowDown"],
  [500, "InternalError"],
] as const) {
  test(`${status} ${code} is refused as what it is`, () =>
    against(faults.answers(s3Error(status, code)), async (bucket) => {
      const refused = await bucket.get(picture, { signal: patient() }).catch((error: unknown) => error);
      assert.ok(refused instanceof StoreError, String(refused));
      assert.deepEqual([refused.status, refused.message], [status, `${status} ${code}`]);
    }));
}

for (const code of ["ExpiredToken", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "InvalidAccessKeyId"]) {
  test(`${code} is a fault of ours, whatever its status`, () =>
    against(faults.answers(s3Error(403, code)), (bucket) =>
      assert.rejects(bucket.get(picture, { signal: patient() }), {
        name: "StoreError",
        status: 500,
        message: `500 ${code}`,
      }),
    ));
}

test("an error page that is no XML still has its status", () =>
  against(
    faults.answers(message(502, { "Content-Type": "text/html" }, "<h1>Bad <gateway></h1>")),
    async (bucket) => {
      const refused = await bucket.get(picture, { signal: patient() }).catch((error: unknown) => error);
      assert.ok(refused instanceof StoreError, String(refused));
      assert.equal(refused.status, 502);
    },
  ));

test("of an error that never ends 64 KiB are read, and its connection is let go", async () => {
  const page = Buffer.alloc(50_000, "<p>");
  await against(
    (socket) => {
      socket.write(message(502, { "Content-Length": 2 ** 40 }, page));
      const more = setInterval(() => socket.write(page), 5);
      socket.on("close", () => clearInterval(more));
    },
    async (bucket, at) => {
      await assert.rejects(bucket.get(picture, { signal: AbortSignal.timeout(2000) }), { status: 502 });
      for (let tries = 0; at.open > 0 && tries < 100; tries++) await sleep(10);
      assert.equal(at.open, 0);
    },
  );
});

test("a busy store is asked once: attempts are not the SDK's", () =>
  against(
    (socket, _, nth) => socket.write(nth === 0 ? s3Error(503, "SlowDown") : message(200, {}, "now")),
    async (bucket, at) => {
      await assert.rejects(bucket.get(picture, { signal: patient() }), { status: 503 });
      assert.equal(at.heads.length, 1);
    },
  ));

test("a part is asked for by its bytes, as long as the object is the same", () =>
  against(faults.answers(message(206, { "Content-Range": "bytes 4-6/10" }, "abc")), async (bucket, at) => {
    const options = { range: { first: 4, last: 6 }, ifMatch: '"e"', signal: patient() };
    const stream = await bucket.get(picture, options);
    assert.ok(stream !== "not modified");
    assert.deepEqual([stream.range, stream.length, await text(stream)], ["bytes 4-6/10", 3, "abc"]);
    assert.match(at.heads[0] ?? "", /\r\nrange: bytes=4-6\r\n/i);
    assert.match(at.heads[0] ?? "", /\r\nif-match: "e"\r\n/i);
    await bucket.get(picture, { range: { first: 4 }, signal: patient() });
    assert.match(at.heads[1] ?? "", /\r\nrange: bytes=4-\r\n/i);
  }));

interface PartialVector {
  readonly contentRange: string;
  readonly contentLength: string | null;
  readonly accepted: boolean;
}

describe("partialContent: a part that is the whole is taken, any other refused", () => {
  for (const { contentRange, contentLength, accepted } of oracle<PartialVector>("partialContent")) {
    test(`206 nobody asked for, ${contentRange || "of what"} → ${accepted ? "read" : "refused"}`, () => {
      const body = "x".repeat(Number(contentLength ?? 5));
      const headers = contentRange ? { "Content-Range": contentRange } : {};
      return against(faults.answers(message(206, headers, body)), async (bucket, at) => {
        const asked = bucket.get(picture, { signal: patient() });
        if (!accepted) {
          await assert.rejects(asked, { name: "StoreError", status: 206 });
          return closed(at);
        }
        const stream = await asked;
        assert.equal(await text(stream), body);
      });
    });
  }
});

test("a 304 nobody asked for is an error", () =>
  against(faults.answers(Buffer.from("HTTP/1.1 304 X\r\n\r\n")), async (bucket) => {
    await assert.rejects(bucket.get(picture, { signal: patient() }), { name: "StoreError", status: 304 });
    const held = { ifNoneMatch: '"e"', signal: patient() };
    assert.equal(await bucket.get(picture, held), "not modified");
  }));

test("connections are used again, but for what asks for a fresh one", async () => {
  const ports: (number | undefined)[] = [];
  await against(
    (socket) => {
      ports.push(socket.remotePort);
      socket.write(message(200, {}, "x"));
    },
    async (bucket) => {
      const get = async (fresh: boolean) => text(await bucket.get(picture, { fresh, signal: patient() }));
      await get(false);
      await get(false);
      await get(true);
      await get(true);
    },
  );
  assert.equal(ports[0], ports[1]);
  assert.equal(new Set(ports).size, 3);
});

test("a bucket of another region is followed there", () =>
  against(
    (socket, _, nth) =>
      socket.write(
        nth === 0
          ? message(
              301,
              { "x-amz-bucket-region": "eu-west-3" },
              "<Error><Code>PermanentRedirect</Code></Error>",
            )
          : message(200, {}, "there"),
      ),
    async (bucket, at) => {
      assert.equal(await text(await bucket.get(picture, { signal: patient() })), "there");
      assert.match(at.heads[1] ?? "", /Credential=local\/\d+\/eu-west-3\/s3/);
    },
  ));

test("nobody at the address is an error without a status", async () => {
  const gone = await origin(faults.silence);
  await gone[Symbol.asyncDispose]();
  const error = await bucketAt(gone.endpoint)
    .get(picture, { signal: patient() })
    .catch((error: unknown) => error);
  assert.ok(error instanceof Error && !(error instanceof StoreError));
});

test("somebody else keeping the same object is no failure; a full store is", async () => {
  for (const [status, code] of [
    [409, "ConditionalRequestConflict"],
    [412, "PreconditionFailed"],
  ] as const) {
    await against(faults.answers(s3Error(status, code)), async (bucket) =>
      assert.equal(await bucket.put(picture, Buffer.from("x"), {}, patient()), "there already"),
    );
  }
  await against(faults.answers(s3Error(403, "AccessDenied")), (bucket) =>
    assert.rejects(bucket.put(picture, Buffer.from("x"), {}, patient()), { status: 403 }),
  );
});

test("keys and versions are asked for as they are written", () =>
  against(faults.answers(message(200, {}, "")), async (bucket, at) => {
    await text(
      await bucket.get({ bucket: "b", key: "a//b c?#%2F+ü.jpg", version: "v/1" }, { signal: patient() }),
    );
    const [line = ""] = at.heads[0]?.split("\r\n") ?? [];
    assert.equal(line, "GET /b/a//b%20c%3F%23%252F%2B%C3%BC.jpg?versionId=v%2F1&x-id=GetObject HTTP/1.1");
  }));

test("an endpoint without a scheme is plain http, its region the one given", () =>
  against(faults.answers(message(200, {}, "ok")), async (_, at) => {
    const bucket = bucketAt(at.endpoint.replace("http://", ""), { IMGPROXY_S3_REGION: "eu-central-1" });
    assert.equal(await text(await bucket.get(picture, { signal: patient() })), "ok");
    assert.match(at.heads[0] ?? "", /\/eu-central-1\/s3\//);
  }));

test("derivatives lie with us, wherever the sources are", async () => {
  await using sources = await origin(faults.answers(message(200, {}, "source")));
  await using ours = await origin(faults.answers(message(200, {}, "derivative")));
  process.env.AWS_ENDPOINT_URL_S3 = ours.endpoint;
  try {
    const bucket = bucketAt(sources.endpoint, { SHUTTERSPEED_DERIVATIVES_BUCKET: "derived" });
    assert.equal(
      await text(await bucket.get({ bucket: "pictures", key: "k" }, { signal: patient() })),
      "source",
    );
    assert.equal(
      await text(await bucket.get({ bucket: "derived", key: "k" }, { signal: patient() })),
      "derivative",
    );
  } finally {
    delete process.env.AWS_ENDPOINT_URL_S3;
  }
});

test("a few interim answers are passed over, and those without end are an error", async () => {
  const interim = "HTTP/1.1 100 Continue\r\n\r\n";
  const few: Fault = (socket) =>
    socket.write(Buffer.concat([Buffer.from(interim.repeat(3)), message(200, {}, "x")]));
  await against(few, async (bucket) =>
    assert.equal(await text(await bucket.get(picture, { signal: patient() })), "x"),
  );
  const many: Fault = (socket) => socket.write(interim.repeat(8));
  await against(many, async (bucket, at) => {
    await assert.rejects(bucket.get(picture, { signal: patient() }), /interim answers without end/);
    await closed(at);
  });
});
