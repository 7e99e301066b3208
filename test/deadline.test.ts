import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Deadline, DeadlineExceeded } from "../lambda/deadline.ts";
import { underLoad } from "./load.ts";

const never = () => new Promise<never>(() => {});

test("what is done in time is what comes out", async () => {
  assert.equal(await Deadline.in(1000).within("work", 500, async () => 7), 7);
});

test("work that does not listen is left behind at the deadline", async () => {
  const began = performance.now();
  await assert.rejects(Deadline.in(40).within("deaf work", Infinity, never), (error) => {
    assert.ok(error instanceof DeadlineExceeded);
    assert.equal(error.what, "deaf work");
    assert.equal(error.message, `deaf work: not done within ${Math.round(error.allowed)} ms`);
    return error.allowed <= 40 && error.allowed > 30;
  });
  assert.ok(performance.now() - began < underLoad(200));
});

test("the sooner of deadline and limit decides", async () => {
  const allowed = async (deadline: number, atMost: number) => {
    const error = await Deadline.in(deadline)
      .within("work", atMost, never)
      .catch((error: unknown) => error);
    return error instanceof DeadlineExceeded ? error.allowed : undefined;
  };
  assert.equal(await allowed(10_000, 20), 20);
  assert.ok(((await allowed(20, 10_000)) ?? 0) <= 20);
});

test("work that listens hears of it, and its own complaint is not taken for the cause", async () => {
  const heard = Deadline.in(20).within(
    "work",
    Infinity,
    (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("reset")))),
  );
  await assert.rejects(heard, DeadlineExceeded);
});

test("a failure before the time is up stays what it is", async () => {
  const failing = Deadline.in(1000).within("work", 1000, async () => {
    throw new RangeError("mine");
  });
  await assert.rejects(failing, RangeError);
});

test("a failure after the time is up disturbs nobody", async () => {
  const late = Deadline.in(10).within("work", 10, async () => {
    await sleep(30);
    throw new Error("too late to matter");
  });
  await assert.rejects(late, DeadlineExceeded);
  await sleep(40);
});

test("without time left, work does not begin", async () => {
  for (const deadline of [Deadline.in(0), Deadline.in(-5), Deadline.in(Number.NaN)]) {
    let begun = false;
    const work = async () => {
      begun = true;
    };
    await assert.rejects(deadline.within("work", 1000, work), DeadlineExceeded);
    assert.equal(begun, false);
  }
});

test("a deadline weeks away is no timer that fires at once", async () => {
  const slow = Deadline.in(Infinity).within("work", Infinity, () => sleep(20, "done"));
  assert.equal(await slow, "done");
});

test("time is kept back, shared and cut, never added", () => {
  const deadline = Deadline.in(1000);
  const near = (deadline: Deadline, ms: number) => Math.abs(deadline.left - ms) < 20;
  assert.ok(near(deadline.keeping(300), 700));
  assert.ok(near(deadline.sharing(0.3), 700));
  assert.ok(near(deadline.sooner(200), 200));
  assert.ok(near(deadline.sooner(5000), 1000));
  assert.equal(deadline.keeping(2000).left, 0);
});

test("no timer outlives its work", async () => {
  await Deadline.in(60_000).within("work", 60_000, async () => 1);
  assert.ok(!process.getActiveResourcesInfo().includes("Timeout"));
});

test("a deadline ends when nobody waits any more, and with it all that were made of it", async () => {
  const gone = new AbortController();
  const deadline = Deadline.in(10_000, gone.signal);
  const waiting = [deadline, deadline.sooner(5000), deadline.keeping(50).sharing(0.5)].map((one) =>
    one.within("work", Infinity, never),
  );
  gone.abort();
  for (const work of waiting) {
    await assert.rejects(work, (error) => error instanceof DeadlineExceeded && error.allowed < 1000);
  }
  assert.equal(deadline.left, 0);
  await assert.rejects(
    deadline.within("more", Infinity, async () => 1),
    DeadlineExceeded,
  );
});
