import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { after, test } from "node:test";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { startFunction } from "../../lib/local/lambda/function.ts";
import { startFunctionUrl } from "../../lib/local/lambda/function-url.ts";
import { streamedIn } from "../../lib/local/lambda/response-stream.ts";
import { listen } from "../../lib/local/listen.ts";
import { underLoad } from "../load.ts";

/** A stand-in that streams, in the real runtime client, behind a URL that streams. */
const logged: string[] = [];
const fn = startFunction({
  bundle: await bundle(`${import.meta.dirname}/streaming-stand-in.ts`),
  env: {},
  memory: 512,
  timeout: 1,
  concurrency: 1,
  log: (line) => logged.push(line),
});
const url = await startFunctionUrl(fn, "RESPONSE_STREAM");
after(async () => {
  url.stop();
  await fn.stop();
});
const get = (path: string) => fetch(url.origin + path);

test("what is said before the body is status and headers; a length goes by another name", async () => {
  const response = await get("/bytes/70000");
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("content-type"), "image/png");
  assert.equal(response.headers.get("content-length"), null);
  assert.equal(response.headers.get("x-amzn-remapped-content-length"), "70000");
  assert.deepEqual(await response.bytes(), new Uint8Array(70_000).fill(7));
});

test("an answer may have no body", async () => {
  const response = await get("/empty");
  assert.deepEqual([response.status, response.headers.get("etag"), await response.text()], [304, '"a"', ""]);
});

test("without anything said before, all of it is the body; whoever waits for JSON gets that", async () => {
  assert.equal(await (await get("/bare")).text(), '{"without":"a prelude"}');
  assert.deepEqual(await fn.invoke({ rawPath: "/bare" }), { json: '{"without":"a prelude"}' });
});

test("what throws before it streams is 502, and the process lives on", async () => {
  const pid = await (await get("/pid")).text();
  assert.equal((await get("/throw")).status, 502);
  assert.equal(await (await get("/pid")).text(), pid);
});

test("what breaks while it streams breaks the connection", async () => {
  const response = await get("/break");
  assert.equal(response.status, 200);
  await assert.rejects(response.text());
});

test("at the timeout a process is killed in the middle of what it streams, and a fresh one takes its place", async () => {
  const pid = await (await get("/pid")).text();
  const began = performance.now();
  const response = await get("/hang");
  assert.equal(response.status, 200);
  await assert.rejects(response.text());
  const ms = performance.now() - began;
  assert.ok(ms > 950 && ms < underLoad(2500), `${ms} ms`);
  assert.notEqual(await (await get("/pid")).text(), pid);
  assert.match(logged.join("\n"), /timed out after 1.00 seconds/);
});

test("whoever asks while it streams waits for a process that does not", async () => {
  const pid = await (await get("/pid")).text();
  const hanging = await get("/hang");
  const [next] = await Promise.all([get("/pid"), assert.rejects(hanging.text())]);
  assert.equal(next.status, 200);
  assert.notEqual(await next.text(), pid);
});

/** What comes of so many bytes handed in, where Lambda would let 1000 through, 100 of them at once, then 1 a ms. */
async function streamed(bytes: number) {
  const { promise, resolve } = Promise.withResolvers<Promise<Buffer>>();
  const server = createServer(async (incoming, response) => {
    const { body, ended } = await streamedIn(incoming, { bytes: 1000, burst: 100, rate: 1 });
    resolve(buffer(body));
    await ended;
    response.end();
  });
  const port = await listen(server);
  const began = performance.now();
  request({ port, method: "POST" }).end(Buffer.alloc(bytes));
  try {
    const { length } = await await promise;
    return { length, ms: performance.now() - began };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("after the burst a stream goes at its rate", async () => {
  assert.ok((await streamed(100)).ms < underLoad(300));
  const { length, ms } = await streamed(700);
  assert.equal(length, 700);
  assert.ok(ms >= 590, `${ms} ms`);
});

test("a stream of the limit passes, one byte more breaks", async () => {
  assert.equal((await streamed(1000)).length, 1000);
  await assert.rejects(streamed(1001), /a stream of more than 1000 bytes/);
});
