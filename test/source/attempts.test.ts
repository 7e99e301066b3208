import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlineExceeded } from "../../lambda/deadline.ts";
import { withAttempts } from "../../lambda/source/attempts.ts";
import { StoreError } from "../../lambda/store/store.ts";

const patient = () => new AbortController().signal;
const fault = (code: string) => Object.assign(new Error(code), { code });

/** Fails with each of these errors, one an attempt, then answers; tells how often it was tried. */
async function tried(errors: readonly unknown[], signal = patient()) {
  let attempts = 0;
  const outcome = await withAttempts(async () => {
    const error = errors[attempts++];
    if (error) throw error;
    return "done";
  }, signal).catch((error: unknown) => error);
  return { outcome, attempts };
}

for (const error of [
  new StoreError(500, "InternalError"),
  new StoreError(503, "SlowDown"),
  new StoreError(429, "TooManyRequests"),
  fault("ECONNREFUSED"),
  fault("ECONNRESET"),
  new DeadlineExceeded("S3", 1500),
]) {
  test(`${error.message} is tried once more`, async () => {
    assert.deepEqual(await tried([error]), { outcome: "done", attempts: 2 });
  });
}

for (const error of [
  new StoreError(404, "NoSuchKey"),
  new StoreError(403, "AccessDenied"),
  new Error("ours"),
]) {
  test(`${error.message} is an answer`, async () => {
    assert.deepEqual(await tried([error]), { outcome: error, attempts: 1 });
  });
}

test("the second failure is the last", async () => {
  const [first, second] = [new StoreError(503, "SlowDown"), new StoreError(500, "InternalError")];
  assert.deepEqual(await tried([first, second]), { outcome: second, attempts: 2 });
});

test("nothing is tried once the time is up, nor waited for", async () => {
  const { attempts } = await tried([new StoreError(503, "SlowDown")], AbortSignal.abort());
  assert.equal(attempts, 1);
  const controller = new AbortController();
  const waiting = tried([new StoreError(503, "SlowDown")], controller.signal);
  setImmediate(() => controller.abort());
  assert.equal((await waiting).attempts, 1);
});
