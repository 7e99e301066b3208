import assert from "node:assert/strict";
import { after, test } from "node:test";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { startFunction } from "../../lib/local/lambda/function.ts";
import { startFunctionUrl } from "../../lib/local/lambda/function-url.ts";
import { RESPONSE_LIMIT } from "../../lib/local/lambda/runtime-api.ts";
import { underLoad } from "../load.ts";

/** A stand-in for our handler, in the real runtime client. */
const logged: string[] = [];
const fn = startFunction({
  bundle: await bundle(`${import.meta.dirname}/stand-in.ts`),
  env: { IMGPROXY_TTL: "7" },
  memory: 512,
  timeout: 1,
  concurrency: 2,
  log: (line) => logged.push(line),
});
const url = await startFunctionUrl(fn);
after(async () => {
  url.stop();
  await fn.stop();
});
const get = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(url.origin + path, init);
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.bytes()) };
};
const textOf = async (path: string) => String((await get(path)).body);

test("knows how much time is left", async () => {
  const left = Number(await textOf("/left"));
  assert.ok(left > 900 && left <= 1000, `${left} ms`);
});

test("gets the event of a function URL", async () => {
  const event = JSON.parse(await textOf("/event/a%20b?q=1"));
  assert.equal(event.version, "2.0");
  assert.equal(event.rawPath, "/event/a%20b");
  assert.equal(event.rawQueryString, "q=1");
  assert.equal(event.requestContext.http.method, "GET");
  assert.equal(event.isBase64Encoded, false);
});

test("sees its own variables and none of the shell's", async () => {
  const env = JSON.parse(await textOf("/env"));
  assert.equal(env.IMGPROXY_TTL, "7");
  assert.equal(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, "512");
  assert.equal(env.PATH, undefined);
});

test("its log lines go to whoever asked for them", async () => {
  await get("/say/42");
  assert.ok(logged.some((line) => line.includes("said 42")));
});

test("bytes come in base64, and a result without a status code is JSON", async () => {
  const bytes = await get("/bytes");
  assert.deepEqual([bytes.status, ...bytes.body], [201, 0, 255]);
  assert.equal((await get("/whatever")).headers.get("content-type"), "application/json");
});

test("a response of Lambda's limit passes, one byte more is 502", async () => {
  assert.equal((await get(`/big/${RESPONSE_LIMIT}`)).status, 200);
  assert.equal((await get(`/big/${RESPONSE_LIMIT + 1}`)).status, 502);
});

test("what throws is 502, and the process lives on", async () => {
  const pid = await textOf("/pid");
  assert.equal((await get("/throw")).status, 502);
  assert.equal(await textOf("/pid"), pid);
});

test("a process that ends is 502, and a fresh one takes its place", async () => {
  const pid = await textOf("/pid");
  assert.equal((await get("/exit")).status, 502);
  assert.notEqual(await textOf("/pid"), pid);
});

test("a process that does not answer is killed at the timeout, even when it spins", async () => {
  const began = performance.now();
  const [spinning, meanwhile] = await Promise.all([get("/spin"), textOf("/pid")]);
  const ms = performance.now() - began;
  assert.equal(spinning.status, 502);
  assert.ok(ms > 950 && ms < underLoad(2500), `${ms} ms`);
  assert.ok(Number(meanwhile) > 0);
  assert.match(logged.at(-1) ?? "", /timed out after 1.00 seconds/);
});

test("each process takes one invocation at a time; more start up to the limit, then callers wait", async () => {
  const pids = await Promise.all(Array.from({ length: 6 }, () => textOf("/pid/60")));
  assert.equal(new Set(pids).size, 2);
});

test("once it is restarted with other variables, nothing is answered by a process that has the old ones", async (t) => {
  const other = startFunction({
    bundle: await bundle(`${import.meta.dirname}/stand-in.ts`),
    ...{ env: { IMGPROXY_TTL: "1" }, memory: 512, timeout: 5, concurrency: 2, log: () => {} },
  });
  t.after(other.stop);
  const ttl = async () => {
    const outcome = await other.invoke({ rawPath: "/env" });
    assert.ok("json" in outcome, JSON.stringify(outcome));
    return JSON.parse(JSON.parse(outcome.json).body).IMGPROXY_TTL;
  };
  assert.equal(await ttl(), "1");
  const busy = other.invoke({ rawPath: "/pid/300" });
  for (const next of ["2", "3", "4"]) {
    other.restart({ IMGPROXY_TTL: next });
    assert.deepEqual(await Promise.all([ttl(), ttl(), ttl()]), [next, next, next]);
  }
  assert.ok("json" in (await busy), "what was under way has ended well");
});
