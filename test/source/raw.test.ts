import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { answerFailure } from "../../lambda/answer/answers.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import type { HttpRequest } from "../../lambda/http.ts";
import { serve } from "../../lambda/serve.ts";
import { type GetOptions, type Store, StoreError } from "../../lambda/store/store.ts";
import { type Fault, faults, message, origin } from "../faults.ts";
import { storeOf, streamOf } from "../objects.ts";
import { drawn } from "../pictures.ts";
import { type Env, requestFor, servicesOf } from "../services.ts";

const png = await drawn(40, 30).png().toBuffer();
const open: Env = { IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true" };

interface Asking {
  readonly env?: Env;
  readonly store?: Store;
  readonly http?: Partial<HttpRequest>;
  readonly options?: string;
}

async function answered(source: string, { env = open, store, http = {}, options = "raw:1" }: Asking = {}) {
  const services = servicesOf(env, store && { store });
  const path = `/_/${options}/plain/${source}`;
  const context = requestFor(services, { path, ...http });
  return serve(context, services, Deadline.in(2000)).catch((error: unknown) => {
    assert.ok(error instanceof Failure, `${error}`);
    return answerFailure(error, context);
  });
}

/** The answer to a raw request whose http source meets this. */
async function over(fault: Fault, asking: Asking = {}) {
  await using at = await origin(fault);
  const { status, headers, body } = await answered(`${at.endpoint}/a.png`, asking);
  const told: Readonly<Record<string, string | undefined>> = headers;
  return { status, headers: told, body: Buffer.from(body), heads: at.heads };
}

const answers = (
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = png,
) => faults.answers(message(status, headers, body));

describe("a raw source", () => {
  test("is answered as it is, whatever else is asked, with what it says of itself", async () => {
    const said = {
      "Content-Type": "image/png",
      ETag: '"e"',
      "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT",
      "Accept-Ranges": "bytes",
      "X-Secret": "s",
    };
    const { status, headers, body } = await over(answers(200, said), { options: "w:5/raw:1/f:svg" });
    assert.deepEqual([status, body], [200, png]);
    const { "X-Secret": secret, ...relayed } = said;
    assert.deepEqual({ ...headers, ...relayed }, headers);
    assert.equal(headers["X-Secret"], undefined);
    assert.equal(headers["Content-Disposition"], 'inline; filename="a.png"');
    assert.equal(headers["Cache-Control"], "max-age=31536000, public");
  });

  test("leaves nothing open behind it, not even a redirect that never ends", async () => {
    await using at = await origin((socket, sent) =>
      sent.includes("/a.png")
        ? socket.write(message(302, { Location: "/b.png", "Content-Length": 9 }))
        : socket.write(message(200, {}, png)),
    );
    assert.equal((await answered(`${at.endpoint}/a.png`)).status, 200);
    for (let left = 100; at.open > 1; left--) {
      assert.ok(left > 0, `${at.open} connections`);
      await pause(10);
    }
  });

  test("is asked for what the client asks, and for nothing more", async () => {
    const headers = {
      range: "bytes=-9",
      "if-none-match": '"e"',
      "accept-encoding": "gzip",
      authorization: "Bearer s",
      cookie: "a=b",
    };
    const part = answers(206, { "Content-Range": `bytes 0-8/${png.length}` }, png.subarray(0, 9));
    const { status, body, headers: told, heads } = await over(part, { http: { headers } });
    assert.deepEqual([status, body.length, told["Content-Range"]], [206, 9, `bytes 0-8/${png.length}`]);
    const head = (heads[0] ?? "").toLowerCase();
    for (const line of ["range: bytes=-9", 'if-none-match: "e"', "accept-encoding: gzip"])
      assert.ok(head.includes(`\r\n${line}`), line);
    assert.doesNotMatch(head, /authorization|cookie/);
    const through = await over(answers(200, { "Content-Type": "image/png" }), {
      http: { headers, edgeKey: "k" },
    });
    assert.doesNotMatch(through.heads[0] ?? "", /range|if-none-match|encoding/i);
    const env = { ...open, SHUTTERSPEED_RESPONSE_STREAMING: "true" };
    const streamed = await over(part, { http: { headers }, env });
    assert.match(streamed.heads[0] ?? "", /range: bytes=-9/i);
    // The function URL would undo it.
    assert.doesNotMatch(streamed.heads[0] ?? "", /encoding: gzip/i);
  });

  test("has its own status, and what fails on the way has ours", async () => {
    const gone = await over(answers(410, { "Content-Type": "text/plain" }, "gone"));
    assert.deepEqual([gone.status, `${gone.body}`, gone.headers["Cache-Control"]], [410, "gone", undefined]);
    assert.equal((await over(answers(304, {}, ""))).status, 304);
    assert.equal((await over((socket) => socket.resetAndDestroy())).status, 502);
    assert.equal((await over(faults.endsEarly(png.subarray(0, 99)))).status, 422);
    assert.equal((await over(faults.stalls(png))).status, 504);
  });

  test("is held to the size of sources", async () => {
    const env = { ...open, IMGPROXY_MAX_SRC_FILE_SIZE: "100" };
    assert.equal((await over(answers(200, {}), { env })).status, 422);
  });

  test("is saved and never shown where a browser would run it", async () => {
    const running = [
      "text/html",
      "TEXT/HTML; charset=utf-8",
      "image/svg+xml",
      "image/any+XML; charset=utf-8",
      "video/any+xml",
      "application/xhtml+xml",
      "text/javascript",
      "multipart/x-mixed-replace",
      "x",
    ];
    for (const type of running)
      for (const status of [200, 404]) {
        const { headers } = await over(answers(status, { "Content-Type": type }));
        assert.match(headers["Content-Disposition"] ?? "", /^attachment; /, `${status} ${type}`);
        assert.equal(headers["X-Content-Type-Options"], "nosniff", type);
      }
    const { headers } = await over(answers(200, {}, "<script>alert(1)</script>"));
    assert.equal(headers["Content-Type"], "text/plain; charset=utf-8");
    assert.equal(headers["X-Content-Type-Options"], "nosniff");
  });

  test("of a bucket is the object, or the part that is asked for", async () => {
    const asked: GetOptions[] = [];
    const store = storeOf(async ({ key }, options) => {
      asked.push(options);
      if (key === "gone") throw new StoreError(404, "NoSuchKey");
      if (options.ifNoneMatch === '"e"') return "not modified";
      const range = options.rangeHeader === undefined ? {} : { range: `bytes 0-9/${png.length}` };
      return { ...streamOf(png.subarray(0, range.range ? 10 : undefined), { type: "image/png" }), ...range };
    });
    const statusOf = async (headers = {}, source = "s3://b/k") =>
      (await answered(source, { store, http: { headers } })).status;
    assert.equal(await statusOf(), 200);
    assert.equal(await statusOf({ range: "bytes=0-9" }), 206);
    assert.equal(asked.at(-1)?.rangeHeader, "bytes=0-9");
    assert.equal(await statusOf({ "if-none-match": '"e"' }), 304);
    assert.equal(await statusOf({}, "s3://b/gone"), 404);
    assert.equal(await statusOf({}, "gopher://b/gone"), 404);
  });

  test("of more than a response holds lies in the bucket, and the client is sent there", async () => {
    const large = Buffer.concat([png, Buffer.alloc(5_000_000)]);
    const kept: (string | undefined)[] = [];
    const store: Store = {
      ...storeOf(async ({ bucket }) => {
        if (bucket === "d") throw new StoreError(404, "NoSuchKey");
        return streamOf(large, { type: "image/png" });
      }),
      put: async (_, body, { type }) => {
        kept.push(`${body.length} ${type}`);
        return "stored";
      },
      presign: async () => "https://d/",
    };
    const env = { SHUTTERSPEED_DERIVATIVES_BUCKET: "d" };
    const { status } = await answered("s3://b/k", { store, env });
    assert.deepEqual([status, kept], [302, [`${large.length} image/png`]]);
    assert.equal((await answered("s3://b/k", { store, env: {} })).status, 503);
  });
});
