import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { headStart } from "../../lambda/store/head-start.ts";
import { type GetOptions, type Phase, StoreError } from "../../lambda/store/store.ts";
import { storeOf, streamOf } from "../objects.ts";

const address = { bucket: "b", key: "k" };
const never = new AbortController().signal;

/** A store that answers with so many chunks, what it was asked, and how much of it was read. */
function storing(chunks = 1) {
  const asked: GetOptions[] = [];
  const read = { chunks: 0, cancelled: 0, ended: false };
  const store = storeOf(async (_, options) => {
    asked.push(options);
    options.at?.("first byte");
    return {
      ...streamOf(new Uint8Array()),
      length: chunks,
      cancel: () => void read.cancelled++,
      body: (async function* () {
        try {
          for (; read.chunks < chunks; read.chunks++) yield Buffer.from("x");
        } finally {
          read.ended = true;
        }
      })(),
    };
  });
  return { store, asked, read };
}

async function bodyOf(answer: Awaited<ReturnType<ReturnType<typeof storing>["store"]["get"]>>) {
  assert.ok(answer !== "not modified");
  return (await buffer(answer.body)).toString();
}

test("what was begun is handed out once, and read before anybody asks", async () => {
  const { store, asked, read } = storing(3);
  const early = headStart(store, [{ address }]);
  assert.equal(asked.length, 1);
  await new Promise(setImmediate);
  assert.equal(read.chunks, 3);
  const phases: Phase[] = [];
  const answer = await early.store.get(address, { signal: never, at: (phase) => phases.push(phase) });
  assert.deepEqual([await bodyOf(answer), asked.length, phases], ["xxx", 1, ["first byte"]]);
  await early.store.get(address, { signal: never });
  assert.equal(asked.length, 2);
});

test("no more than some of a large body is read before somebody asks", async () => {
  const { store, read } = storing(10_000);
  const early = headStart(store, [{ address }]);
  for (let turns = 0; turns < 2000; turns++) await new Promise(setImmediate);
  assert.ok(read.chunks <= 300, `${read.chunks}`);
  const answer = await early.store.get(address, { signal: never });
  assert.equal((await bodyOf(answer)).length, 10_000);
});

test("what is cancelled is read no further, and what was read of it is not held", async () => {
  const { store, read } = storing(10_000);
  const answer = await headStart(store, [{ address }]).store.get(address, { signal: never });
  await new Promise(setImmediate);
  assert.ok(answer !== "not modified");
  assert.equal(read.ended, false);
  answer.cancel();
  for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate);
  assert.deepEqual([read.ended, read.cancelled], [true, 1]);
});

test("another object, a part, a condition, or a new connection is asked for by itself", async () => {
  for (const [place, options] of [
    [{ bucket: "b", key: "l" }, {}],
    [{ bucket: "c", key: "k" }, {}],
    [{ ...address, version: "1" }, {}],
    [address, { range: { first: 0 } }],
    [address, { rangeHeader: "bytes=0-1" }],
    [address, { ifMatch: '"1"' }],
    [address, { ifNoneMatch: '"1"' }],
    [address, { ifModifiedSince: "then" }],
    [address, { fresh: true }],
  ] as const) {
    const { store, asked } = storing();
    const early = headStart(store, [{ address }]);
    await early.store.get(place, { ...options, signal: never });
    assert.equal(asked.length, 2, JSON.stringify([place, options]));
    early.end();
  }
});

test("conditions are those it was begun with", async () => {
  const { store, asked } = storing();
  const early = headStart(store, [{ address, ifNoneMatch: '"1"' }]);
  await early.store.get(address, { ifNoneMatch: '"1"', signal: never });
  assert.deepEqual([asked.length, asked[0]?.ifNoneMatch], [1, '"1"']);
});

test("what nobody asked for is given up in the end, and what was handed out is not", async () => {
  const { store, asked, read } = storing();
  const early = headStart(store, [{ address }, { address: { bucket: "b", key: "l" } }]);
  await early.store.get(address, { signal: never });
  early.end();
  await new Promise(setImmediate);
  assert.deepEqual([asked.map(({ signal }) => signal.aborted), read.cancelled], [[false, true], 1]);
});

test("who asked may give it up, also before it was answered", async () => {
  const { store, asked, read } = storing();
  const early = headStart(store, [{ address }]);
  const controller = new AbortController();
  const answer = early.store.get(address, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await answer;
  await new Promise(setImmediate);
  assert.deepEqual([asked[0]?.signal.aborted, read.cancelled], [true, 1]);
});

test("a failure is heard by who asks, and by nobody before", async () => {
  const failing = storeOf(async () => {
    throw new StoreError(404, "NoSuchKey");
  });
  const early = headStart(failing, [{ address }]);
  await new Promise(setImmediate);
  await assert.rejects(early.store.get(address, { signal: never }), { status: 404 });
});
