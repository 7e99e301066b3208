import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { DeadlineExceeded } from "../../lambda/deadline.ts";
import { edgeCache, freshness } from "../../lib/local/edge/cache.ts";
import { startEdge } from "../../lib/local/edge/edge.ts";
import { type Answer, ownAnswer } from "../../lib/local/edge/http.ts";
import { type Origin, originGroup } from "../../lib/local/edge/origins.ts";

const asIs = "function handler(event) { return event.request; }";
const answer = (status: number, cacheControl: string, body = "x"): Answer => ({
  status,
  headers: { "content-type": "text/plain", "cache-control": cacheControl },
  body: Buffer.from(body),
});

async function edgeBefore(origin: Origin) {
  const edge = await startEdge({ code: asIs, origin });
  return {
    ...edge,
    get: async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`http://localhost:${edge.port}${path}`, init);
      return { status: response.status, from: response.headers.get("x-cache"), body: await response.text() };
    },
    async [Symbol.asyncDispose]() {
      edge.stop();
    },
  };
}

/** An origin that counts how often it was asked; it answers once it may. */
function counting(answerTo: (nth: number) => Answer) {
  let asked = 0;
  let leave = Promise.resolve();
  const origin: Origin = async () => {
    asked += 1;
    await leave;
    return answerTo(asked);
  };
  /** Has answers wait until they are let go. */
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    leave = promise;
    return resolve;
  };
  return { origin, asked: () => asked, hold };
}

/** Settles once an edge has received this many requests. */
function received(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  const hear = () => {
    left -= 1;
    if (left > 0) return;
    unsubscribe("http.server.request.start", hear);
    resolve();
  };
  subscribe("http.server.request.start", hear);
  return promise;
}

test("what may be repeated is, by URI alone", async () => {
  const { origin, asked } = counting((nth) => answer(200, "max-age=60, public", `${nth}`));
  await using edge = await edgeBefore(origin);
  assert.deepEqual(await edge.get("/a?x=1"), { status: 200, from: "Miss from edge", body: "1" });
  assert.deepEqual(await edge.get("/a?x=2"), { status: 200, from: "Hit from edge", body: "1" });
  assert.equal((await edge.get("/b")).body, "2");
  assert.equal(asked(), 2);
});

test("what must not be repeated is not", async () => {
  for (const cacheControl of ["no-store", "no-cache", "private, max-age=60", "max-age=0", ""]) {
    assert.equal(freshness(answer(200, cacheControl)), 0, cacheControl);
  }
  assert.equal(freshness(answer(200, "max-age=5, s-maxage=60")), 60);
});

test("a failure is repeated for as long as it says, and at least as long as the stack has it", () => {
  for (const [status, cacheControl, seconds] of [
    [404, "s-maxage=3600", 3600],
    [404, "max-age=3", 3],
    [404, "", 0],
    [414, "", 10],
    [414, "max-age=3", 10],
    [504, "", 1],
    [504, "no-store", 1],
    [403, "", 0],
    [403, "max-age=1", 10],
    [422, "max-age=60", 0],
  ] as const)
    assert.equal(freshness(answer(status, cacheControl)), seconds, `${status} ${cacheControl}`);
});

test("the cache holds so many bytes, and lets go of what was asked for least recently", () => {
  const cache = edgeCache(10);
  for (const uri of ["/a", "/b"]) cache.keep(uri, answer(200, "max-age=60", "1234"));
  cache.find("/a");
  cache.keep("/c", answer(200, "max-age=60", "1234"));
  assert.deepEqual(
    ["/a", "/b", "/c"].map((uri) => cache.find(uri) !== undefined),
    [true, false, true],
  );
  cache.keep("/huge", answer(200, "max-age=60", "12345678901"));
  assert.equal(cache.find("/huge"), undefined);
});

test("an answer ages and ends", () => {
  let now = 1_000_000;
  const cache = edgeCache(100, () => now);
  cache.keep("/a", answer(200, "max-age=60"));
  now = 1_059_000;
  assert.equal(cache.find("/a")?.headers.age, "59");
  now = 1_060_001;
  assert.equal(cache.find("/a"), undefined);
});

test("those who ask meanwhile wait for the same answer, whatever it is", async () => {
  const { origin, asked, hold } = counting(() => answer(500, "no-store"));
  await using edge = await edgeBefore(origin);
  const letGo = hold();
  const allAsked = received(5);
  const asking = Promise.all(Array.from({ length: 5 }, () => edge.get("/a")));
  await allAsked;
  letGo();
  const answers = await asking;
  assert.deepEqual(new Set(answers.map(({ from }) => from)), new Set(["Error from edge"]));
  assert.equal(asked(), 1);
});

test("what is forgotten is asked for again, also when it was on its way", async () => {
  const { origin, asked, hold } = counting(() => answer(200, "max-age=60"));
  await using edge = await edgeBefore(origin);
  await edge.get("/cat/1");
  const letGo = hold();
  const asking = received(1);
  const underway = edge.get("/cat/2");
  await asking;
  edge.forget("cat/");
  letGo();
  await underway;
  await edge.get("/cat/1");
  await edge.get("/cat/2");
  assert.equal(asked(), 4);
});

test("the function is asked where the bucket has nothing, fails or cannot be reached", async () => {
  const bucketSays = (status: number) => originGroup(async () => ownAnswer(status, "bucket"), drawn);
  const drawn: Origin = async () => answer(200, "", "function");
  const ask = async (origin: Origin) =>
    String((await origin({ method: "GET", uri: "/a", headers: {} })).body);
  for (const status of [400, 403, 404, 416, 500, 502, 503, 504])
    assert.equal(await ask(bucketSays(status)), "function");
  for (const status of [200, 304]) assert.equal(await ask(bucketSays(status)), "bucket");
  assert.equal(await ask(originGroup(() => Promise.reject(new Error("no route")), drawn)), "function");
});

test("a function that is silent is 504, one that cannot be reached 502", async () => {
  const nothing: Origin = async () => ownAnswer(404, "");
  const statusOf = async (error: Error) => {
    const group = originGroup(nothing, () => Promise.reject(error));
    return (await group({ method: "GET", uri: "/a", headers: {} })).status;
  };
  assert.equal(await statusOf(new DeadlineExceeded("the origin", 1)), 504);
  assert.equal(await statusOf(new Error("refused")), 502);
});

test("HEAD has no body, other methods are refused, unsafe paths reach no origin", async () => {
  const { origin, asked } = counting(() => answer(200, "max-age=60", "body"));
  await using edge = await edgeBefore(origin);
  assert.deepEqual(await edge.get("/a", { method: "HEAD" }), {
    status: 200,
    from: "Miss from edge",
    body: "",
  });
  assert.equal((await edge.get("/a", { method: "DELETE" })).status, 403);
  assert.equal((await edge.get("/a%20b")).status, 400);
  assert.equal(asked(), 1);
});
