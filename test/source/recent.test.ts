import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { fetchSource } from "../../lambda/source/fetch.ts";
import { recentSources } from "../../lambda/source/recent.ts";
import { type GetOptions, type Store, StoreError } from "../../lambda/store/store.ts";
import { storeOf, streamOf } from "../objects.ts";
import { type Env, limitsIn, servicesOf } from "../services.ts";

const url = "s3://pictures/cat.gif";
const cat = (name: string) => Buffer.from(`GIF89a${name};`);

/** A store with one object that can change, and fail. */
function changing() {
  let now: { etag: string; bytes: Buffer } = { etag: '"1"', bytes: cat("first") };
  let failure: Error | undefined;
  const asked: GetOptions[] = [];
  const store: Store = storeOf(async (_, options) => {
    asked.push(options);
    if (failure) throw failure;
    return options.ifNoneMatch === now.etag ? "not modified" : streamOf(now.bytes, { etag: now.etag });
  });
  return {
    store,
    asked,
    change(etag: string, bytes: Buffer) {
      now = { etag, bytes };
    },
    fail(error: Error | undefined) {
      failure = error;
    },
  };
}

/** Asks several times on one process. */
function asking(store: Store, env: Env = {}) {
  const services = servicesOf(env, { store });
  return {
    told: () => services.log.fields,
    ask: (conditions = {}, ms = 1000) =>
      fetchSource({ source: url, conditions, limits: limitsIn(env) }, services, Deadline.in(ms)),
  };
}

const textOf = (source: Awaited<ReturnType<typeof fetchSource>>) =>
  "bytes" in source ? Buffer.from(source.bytes).toString() : "unmodified";

test("a source that has not changed comes from memory, one that has comes anew", async () => {
  const at = changing();
  const { ask } = asking(at.store);
  assert.equal(textOf(await ask()), "GIF89afirst;");
  assert.equal(textOf(await ask()), "GIF89afirst;");
  assert.deepEqual(
    at.asked.map(({ ifNoneMatch }) => ifNoneMatch),
    [undefined, '"1"'],
  );
  at.change('"2"', cat("second"));
  assert.equal(textOf(await ask()), "GIF89asecond;");
  assert.equal(textOf(await ask()), "GIF89asecond;");
  assert.deepEqual(at.asked.map(({ ifNoneMatch }) => ifNoneMatch).slice(2), ['"1"', '"2"']);
});

test("within SHUTTERSPEED_RECENT_SECONDS nobody is asked", async () => {
  const at = changing();
  const { ask } = asking(at.store, { SHUTTERSPEED_RECENT_SECONDS: "60" });
  await ask();
  at.change('"2"', cat("second"));
  assert.equal(textOf(await ask()), "GIF89afirst;");
  assert.equal(at.asked.length, 1);
  assert.deepEqual(Object.keys(await ask({ ifNoneMatch: '"1"' })), ["unmodified"]);
  assert.equal(at.asked.length, 1);
});

describe("a source that cannot be had comes from memory, and is told to be stale", () => {
  for (const [name, error] of [
    ["a store that fails", new StoreError(503, "SlowDown")],
    ["a store that is not to be reached", Object.assign(new Error("x"), { code: "ECONNREFUSED" })],
  ] as const) {
    test(name, async () => {
      const at = changing();
      const { ask, told } = asking(at.store);
      await ask();
      at.fail(error);
      const source = await ask();
      assert.equal(textOf(source), "GIF89afirst;");
      assert.equal("stale" in source && source.stale, true);
      assert.equal(told().stale, true);
      at.fail(undefined);
      assert.equal("stale" in (await ask()), false);
    });
  }

  test("but not one that is said to be gone, or forbidden", async () => {
    for (const error of [new StoreError(404, "NoSuchKey"), new StoreError(403, "AccessDenied")]) {
      const at = changing();
      const { ask } = asking(at.store);
      await ask();
      at.fail(error);
      const failed = await ask().catch((reason: unknown) => reason);
      assert.ok(failed instanceof Failure);
      assert.equal(failed.status, error.status);
    }
  });

  test("nor anything where nothing is kept", async () => {
    const at = changing();
    const { ask } = asking(at.store, { SHUTTERSPEED_RECENT_SHARE: "0" });
    await ask();
    at.fail(new StoreError(503, "SlowDown"));
    await assert.rejects(ask(), { status: 502 });
  });
});

test("the client's own conditions are asked as they are, but for the tag of what is kept", async () => {
  const at = changing();
  const { ask } = asking(at.store);
  await ask();
  assert.equal(textOf(await ask({ ifNoneMatch: '"1"' })), "unmodified");
  assert.equal(textOf(await ask({ ifNoneMatch: '"other"' })), "GIF89afirst;");
  assert.deepEqual(
    at.asked.map(({ ifNoneMatch }) => ifNoneMatch),
    [undefined, '"1"', '"other"'],
  );
});

test("memory holds its share and no more: what was used longest ago goes, and what is too large is not kept", () => {
  // 1 % of 128 MB.
  const recent = recentSources({ memorySize: 128, recentShare: 1 });
  const source = (bytes: number) => ({ bytes: Buffer.alloc(bytes), etag: '"e"' });
  for (const name of ["a", "b", "c", "d", "e"]) recent.keep(name, source(300_000));
  assert.deepEqual(
    ["a", "b", "c", "d", "e"].filter((name) => recent.find(name)),
    ["b", "c", "d", "e"],
  );
  recent.keep("large", source(400_000));
  assert.equal(recent.find("large"), undefined);
  recent.keep("untagged", { bytes: Buffer.alloc(1) });
  assert.equal(recent.find("untagged"), undefined);
});
