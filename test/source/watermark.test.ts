import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import sharp from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import { serve } from "../../lambda/serve.ts";
import { type Address, type GetOptions, type ObjectStream, StoreError } from "../../lambda/store/store.ts";
import { plain } from "../drawing.ts";
import { storeOf, streamOf } from "../objects.ts";
import { drawn } from "../pictures.ts";
import { type Env, requestFor, servicesOf } from "../services.ts";

const cat = await drawn(40, 30).png().toBuffer();
const red = await plain(8, 8, "#ff0000").png().toBuffer();
const blue = await plain(8, 8, "#0000ff").png().toBuffer();

const marked = "/_/wm:1:nowe/f:png/plain/s3://pictures/cat.png";
const url = { IMGPROXY_WATERMARK_URL: "s3://marks/mark.png" };

type Answer = ObjectStream | "not modified";
/** What the bucket of watermarks answers to its nth request. */
type Marks = (nth: number, options: GetOptions) => Promise<Answer> | Answer;

/** A function with a picture in one bucket and a watermark in another; `asked` tells how either is asked. */
function outside(env: Env, marks: Marks = () => streamOf(red)) {
  const asked: { readonly bucket: string; readonly options: GetOptions }[] = [];
  const store = storeOf(async ({ bucket }: Address, options) => {
    const nth = asked.filter((one) => one.bucket === bucket).length;
    asked.push({ bucket, options });
    return bucket === "marks" ? marks(nth, options) : streamOf(cat, { etag: '"cat"' });
  });
  const services = servicesOf(env, { store });
  const ask = (path = marked, headers = {}, ms = 10_000) =>
    serve(requestFor(services, { path, headers }), services, Deadline.in(ms));
  return { ask, services, asksForMark: () => asked.filter(({ bucket }) => bucket === "marks") };
}

/** The colour in the corner where the watermark lies. */
async function cornerOf({ body }: Awaited<ReturnType<typeof serve>>) {
  const data = await sharp(Buffer.from(body)).removeAlpha().raw().toBuffer();
  return [...data.subarray(0, 3)];
}
const [RED, BLUE] = [
  [255, 0, 0],
  [0, 0, 255],
];

/** A file with these bytes, for as long as the test runs. */
async function file(bytes: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), "watermark-test-"));
  const path = join(folder, "mark.png");
  await writeFile(path, bytes);
  const remove = () => rm(folder, { recursive: true, force: true });
  return { path, remove, [Symbol.asyncDispose]: remove };
}

describe("a watermark comes from", () => {
  test("IMGPROXY_WATERMARK_DATA, before the others", async () => {
    const { ask, asksForMark } = outside({
      ...url,
      IMGPROXY_WATERMARK_DATA: blue.toString("base64"),
    });
    assert.deepEqual(await cornerOf(await ask()), BLUE);
    assert.equal(asksForMark().length, 0);
    const unpadded = outside({ IMGPROXY_WATERMARK_DATA: blue.toString("base64url") });
    assert.deepEqual(await cornerOf(await unpadded.ask()), BLUE);
  });

  test("IMGPROXY_WATERMARK_PATH, before the URL; the file is read once", async () => {
    await using mark = await file(blue);
    const { ask, asksForMark } = outside({ ...url, IMGPROXY_WATERMARK_PATH: mark.path });
    assert.deepEqual(await cornerOf(await ask()), BLUE);
    await mark.remove();
    assert.deepEqual(await cornerOf(await ask()), BLUE);
    assert.equal(asksForMark().length, 0);
  });

  test("IMGPROXY_WATERMARK_URL", async () => {
    assert.deepEqual(await cornerOf(await outside(url).ask()), RED);
  });
});

test("it is not fetched for a picture that has none, nor when it would not be seen", async () => {
  const { ask, asksForMark } = outside(url);
  await ask("/_/w:20/plain/s3://pictures/cat.png");
  await ask("/_/wm:0:ce/plain/s3://pictures/cat.png");
  assert.equal(asksForMark().length, 0);
});

test("it is fetched beside the source", { timeout: 5000 }, async () => {
  const both = Promise.withResolvers<undefined>();
  const asked = new Set<string>();
  const store = storeOf(async ({ bucket }) => {
    // Neither comes before the other was asked for.
    if (asked.add(bucket).size === 2) both.resolve(undefined);
    await both.promise;
    return streamOf(bucket === "marks" ? red : cat);
  });
  const services = servicesOf(url, { store });
  const answer = await serve(requestFor(services, { path: marked }), services, Deadline.in(4000));
  assert.deepEqual(await cornerOf(answer), RED);
});

test("what is noted of a request's download is its source's", async () => {
  const { ask, services } = outside(url);
  await ask();
  const { source, bytes, watermarkMs } = services.log.fields;
  assert.deepEqual([source, bytes], ["s3://pictures/cat.png", cat.length]);
  assert.ok((watermarkMs ?? -1) >= 0);
});

describe("a download is kept", () => {
  const minute = 60_000;
  const versions: Marks = (nth) => streamOf(nth === 0 ? red : blue, { etag: `"${nth}"` });

  /** Asks, lets so many minutes pass, and asks again. */
  async function twice(minutes: number, marks: Marks, now: (ms: number) => void) {
    const { ask, asksForMark, services } = outside(url, marks);
    const first = await cornerOf(await ask());
    now(minutes * minute);
    const second = await cornerOf(await ask());
    const third = await cornerOf(await ask());
    return { corners: [first, second, third], asks: asksForMark(), told: services.log.fields };
  }

  /** Moves the monotonic clock. */
  const movable = (mock: import("node:test").MockTracker) => {
    const real = performance.now.bind(performance);
    let moved = 0;
    mock.method(performance, "now", () => real() + moved);
    return (ms: number) => {
      moved += ms;
    };
  };

  test("for five minutes", async ({ mock }) => {
    const { corners, asks } = await twice(4.9, versions, movable(mock));
    assert.deepEqual(corners, [RED, RED, RED]);
    assert.equal(asks.length, 1);
  });

  test("then looked at again, by its ETag", async ({ mock }) => {
    const { corners, asks } = await twice(5.1, versions, movable(mock));
    assert.deepEqual(corners, [RED, BLUE, BLUE]);
    assert.deepEqual(
      asks.map(({ options }) => options.ifNoneMatch),
      [undefined, '"0"'],
    );
  });

  test("and for five minutes more where it is the same", async ({ mock }) => {
    const marks: Marks = (nth) => (nth === 0 ? streamOf(red, { etag: '"0"' }) : "not modified");
    const { corners, asks } = await twice(5.1, marks, movable(mock));
    assert.deepEqual(corners, [RED, RED, RED]);
    assert.equal(asks.length, 2);
  });

  test("and goes on while it cannot be looked at", async ({ mock }) => {
    const marks: Marks = (nth) =>
      nth === 0 ? streamOf(red) : Promise.reject(new StoreError(404, "NoSuchKey"));
    const { corners, told } = await twice(5.1, marks, movable(mock));
    assert.deepEqual(corners, [RED, RED, RED]);
    assert.match(told.watermarkError ?? "", /NoSuchKey/);
  });
});

describe("a watermark that cannot be had is our fault for the moment", () => {
  for (const [says, env, marks] of [
    ["an object that is not there", url, () => Promise.reject(new StoreError(404, "NoSuchKey"))],
    ["a bucket that may not be read", { ...url, IMGPROXY_S3_DENIED_BUCKETS: "marks" }],
    ["a scheme we do not know", { IMGPROXY_WATERMARK_URL: "gopher://marks/mark.png" }],
  ] satisfies readonly (readonly [string, Env, Marks?])[]) {
    test(says, async () => {
      const failure = { name: "WatermarkUnavailable", status: 503, retryAfter: 5, message: /^watermark: / };
      const { ask } = outside(env, marks);
      await assert.rejects(ask(), failure);
      // Other pictures know nothing of it.
      assert.equal((await ask("/_/w:20/plain/s3://pictures/cat.png")).status, 200);
    });
  }

  test("but a source that goes out as it is needs none", async () => {
    const { ask } = outside(url, () => Promise.reject(new StoreError(404, "NoSuchKey")));
    const { status, body } = await ask("/_/wm:1/skp:png/plain/s3://pictures/cat.png");
    assert.deepEqual([status, Buffer.from(body)], [200, cat]);
  });

  test("one that comes too late", async () => {
    const { ask } = outside(url, () => new Promise(() => {}));
    await assert.rejects(ask(marked, {}, 300), { name: "WatermarkUnavailable", status: 503 });
  });
});

describe("what is no watermark is refused", () => {
  const text = Buffer.from("no picture at all");
  test("bytes that are no picture", async () => {
    await using mark = await file(text);
    const invalid = { name: "InvalidWatermark", status: 422 };
    await assert.rejects(outside(url, () => streamOf(text)).ask(), invalid);
    assert.throws(() => outside({ IMGPROXY_WATERMARK_PATH: mark.path }), /IMGPROXY_WATERMARK_PATH: expected/);
  });

  test("a path at which is no picture, before anything is asked", () => {
    for (const path of ["/nowhere/mark.png", tmpdir()]) {
      const message = `IMGPROXY_WATERMARK_PATH: expected the path of a picture that can be read, got "${path}"`;
      assert.throws(() => outside({ IMGPROXY_WATERMARK_PATH: path }), { message });
    }
  });

  test("base64 that is none, before anything is asked", () => {
    for (const data of ["n*ne", text.toString("base64")]) {
      const message = `IMGPROXY_WATERMARK_DATA: expected a picture in base64, got "${data}"`;
      assert.throws(() => outside({ IMGPROXY_WATERMARK_DATA: data }), { message });
    }
  });

  test("a file that is too large, or would take too much of the memory", async () => {
    const invalid = { name: "InvalidWatermark", status: 422 };
    const large = Buffer.concat([red, Buffer.alloc(5 * 2 ** 20)]);
    const asking = (env: Env) => outside({ ...url, ...env }, () => streamOf(large)).ask();
    assert.equal((await asking({})).status, 200);
    await assert.rejects(asking({ IMGPROXY_MAX_SRC_FILE_SIZE: `${5 * 2 ** 20}` }), invalid);
    await assert.rejects(asking({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256" }), invalid);
  });
});

test("a source that fails, or is as the client has it, does not wait for the watermark", async () => {
  const { ask } = outside(url, () => new Promise(() => {}));
  await assert.rejects(ask("/_/wm:1/plain/s3://Pictures/cat.png"), { name: "SourceUnreachable" });

  const first = await outside(url).ask();
  const store = storeOf(({ bucket }) =>
    bucket === "marks" ? new Promise(() => {}) : Promise.resolve("not modified"),
  );
  const services = servicesOf(url, { store });
  const headers = { "if-none-match": first.headers.ETag ?? "" };
  const again = await serve(requestFor(services, { path: marked, headers }), services, Deadline.in(2000));
  assert.equal(again.status, 304);
});
