import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { type Purging, purgeBatch } from "../../lambda/purge/batch.ts";
import { type Purge, readMessage, writeAsked, writeMessage } from "../../lambda/purge/messages.ts";
import { objectTag } from "../../lambda/url/key.ts";

const config = readConfig({});
const now = 1_000_000_000_000;
const tag = (nth: number) => objectTag("b", `${nth}`);
const record = (body: string, times = 1, id = body) => ({
  messageId: id,
  receiptHandle: `receipt of ${id}`,
  body,
  attributes: { ApproximateReceiveCount: `${times}` },
});
/** A deadline that is over when `work` was called so often. */
const over = (work: () => number, times: number): Deadline =>
  Object.create(Deadline.in(10_000), { left: { get: () => (work() < times ? 10_000 : 0) } });
const first = (...tags: readonly string[]) => writeMessage({ tags, again: false, notBefore: 0 });
const again = (...tags: readonly string[]) => writeMessage({ tags, again: true, notBefore: 0 });

/** What is outside, telling what it was asked, in order; `others` take the place of some of it. */
function outside(others: Partial<Purging> = {}) {
  const asked: string[] = [];
  const sent: (Purge & { seconds: number })[] = [];
  const postponed: (readonly [receipt: string, seconds: number])[] = [];
  const references: string[] = [];
  const purging: Purging = {
    config,
    againAfter: 30,
    async deleteBelow(prefix) {
      asked.push(`delete ${prefix}`);
      return { deleted: 1, done: true };
    },
    async invalidate(items, reference) {
      asked.push(`invalidate ${items.join()}`);
      references.push(reference);
    },
    queue: {
      async send(body, seconds) {
        sent.push({ ...readMessage(body, config), seconds });
      },
      async postpone(...one) {
        postponed.push(one);
      },
    },
    ...others,
  };
  const runBy = (deadline: Deadline, ...records: readonly ReturnType<typeof record>[]) =>
    purgeBatch(records, purging, deadline, now);
  const run = (...records: readonly ReturnType<typeof record>[]) => runBy(Deadline.in(10_000), ...records);
  return { asked, sent, postponed, references, run, runBy };
}

test("derivatives are deleted before edges are told, or these would read them again; then it is asked for once more", async () => {
  const { asked, sent, postponed, run } = outside();
  assert.deepEqual(await run(record(first(tag(1)))), { tags: 1, deleted: 2, failed: [], errors: [] });
  assert.deepEqual(asked, [`delete ${tag(1)}/`, `delete expiring/${tag(1)}/`, `invalidate #${tag(1)}`]);
  assert.deepEqual(sent, [{ tags: [tag(1)], again: true, notBefore: now + 30_000, seconds: 30 }]);
  assert.deepEqual(postponed, []);
});

test("the second time is the last", async () => {
  const { asked, sent, run } = outside();
  await run(record(again(tag(1))));
  assert.equal(asked.at(-1), `invalidate #${tag(1)}`);
  assert.deepEqual(sent, []);
});

test("many changes, told twice and in any order, are one invalidation and one message for later", async () => {
  const { asked, sent, run } = outside();
  const messages = [first(tag(1)), again(tag(2)), first(tag(3)), first(tag(1)), again(tag(3))];
  await run(...messages.map((body) => record(body)));
  assert.deepEqual(
    asked.filter((one) => one.startsWith("invalidate")),
    [`invalidate #${tag(1)},#${tag(2)},#${tag(3)}`],
  );
  assert.equal(asked.length, 3 * 2 + 1);
  assert.deepEqual(
    sent.map(({ tags }) => tags),
    [[tag(1), tag(3)]],
  );
});

test("an invalidation holds a third of what CloudFront has in progress at most", async () => {
  const { asked, run } = outside();
  const message = (from: number) => first(...Array.from({ length: 500 }, (_, nth) => tag(from + nth)));
  await run(...[0, 500, 1000].map((from) => record(message(from))));
  const counts = asked.filter((one) => one.startsWith("invalidate")).map((one) => one.split(",").length);
  assert.deepEqual(counts, [1000, 500]);
});

test("all is whatever a tag begins, never what warming wrote beside it, one path, and all once more; others beside it are done by themselves", async () => {
  const { asked, sent, run } = outside();
  await run(record(writeAsked({ all: true })), record(first(tag(1))));
  assert.deepEqual(asked, [
    ...[..."0123456789abcdef"].map((digit) => `delete ${digit}`),
    "delete expiring/",
    "invalidate /*",
    `delete ${tag(1)}/`,
    `delete expiring/${tag(1)}/`,
    `invalidate #${tag(1)}`,
  ]);
  assert.deepEqual(
    sent.map(({ tags, again: twice }) => [tags, twice]),
    [
      ["all", true],
      [[tag(1)], true],
    ],
  );
});

test("what the time does not suffice for goes on in a message of its own, and edges are told in the end", async () => {
  for (const twice of [false, true]) {
    const { asked, sent, run } = outside({ deleteBelow: async () => ({ deleted: 1000, done: false }) });
    const body = writeMessage({ tags: "all", again: twice, notBefore: 0 });
    assert.deepEqual((await run(record(body))).failed, []);
    assert.deepEqual(asked, []);
    assert.deepEqual(sent, [{ tags: "all", again: twice, notBefore: now, seconds: 0 }]);
  }
});

test("what comes too early waits on, no longer than SQS lets it", async () => {
  const { asked, sent, run } = outside();
  const early = { tags: [tag(1)], again: true, notBefore: now + 2_000_000 };
  assert.deepEqual((await run(record(writeMessage(early)))).failed, []);
  assert.deepEqual(asked, []);
  assert.deepEqual(sent, [{ ...early, seconds: 900 }]);
});

test("a source that cannot be deleted comes again; those beside it are done", async () => {
  const { asked, sent, postponed, run } = outside({
    async deleteBelow(prefix) {
      if (prefix.includes(tag(2))) throw new Error("SlowDown");
      return { deleted: 1, done: true };
    },
  });
  const bad = record(first(tag(2)));
  const { failed, errors } = await run(record(first(tag(1))), bad, record("nonsense"));
  assert.deepEqual(failed, ["nonsense", bad.messageId]);
  assert.deepEqual(errors, ["expected an event of S3's, or what to purge, got nonsense", "SlowDown"]);
  assert.deepEqual(asked, [`invalidate #${tag(1)}`]);
  assert.deepEqual(
    sent.map(({ tags }) => tags),
    [[tag(1)]],
  );
  assert.equal(postponed.length, 2);
});

test("what CloudFront refuses comes again, later each time, and is no second invalidation when it was none", async () => {
  const refuse = () => Promise.reject(new Error("CloudFront: 400 TooManyInvalidationsInProgress"));
  const { sent, postponed, run } = outside({ invalidate: refuse });
  for (const times of [1, 2, 4, 12]) {
    const { failed } = await run(record(first(tag(1)), times, "m"));
    assert.deepEqual(failed, ["m"]);
  }
  assert.deepEqual(sent, [], "the second time comes after the first");
  const bounds = [5, 10, 40, 900];
  postponed.forEach(([receipt, seconds], nth) => {
    assert.equal(receipt, "receipt of m");
    const most = bounds[nth] ?? 0;
    assert.ok(seconds >= most / 2 && seconds <= most, `${seconds} of ${most}`);
  });
  const { references, run: runAgain } = outside();
  for (const ids of [["m", "n"], ["n", "m"], ["m"]])
    await runAgain(...ids.map((id) => record(first(tag(1)), 1, id)));
  assert.equal(references[0], references[1], "the same messages");
  assert.notEqual(references[0], references[2]);
});

test("a queue that fails too is no exception: what is not done comes again by itself", async () => {
  const fail = () => Promise.reject(new Error("SQS: SendMessage: 500 "));
  const { run } = outside({ queue: { send: fail, postpone: fail } });
  const early = writeMessage({ tags: [tag(2)], again: true, notBefore: now + 1 });
  const { failed } = await run(record(first(tag(1)), 1, "a"), record(early, 1, "b"));
  assert.deepEqual(failed, ["b", "a"]);
});

test("what there is no time to begin with goes on in messages of its own, and is no failure", async () => {
  const deletions = () => asked.filter((one) => one.startsWith("delete")).length;
  const { asked, sent, runBy } = outside();
  const numbers = Array.from({ length: 1500 }, (_, nth) => nth);
  const records = numbers.map((nth) => record(first(tag(nth))));
  const { failed, tags } = await runBy(over(deletions, 500), ...records);
  assert.deepEqual([failed, tags], [[], 1500]);
  assert.ok(deletions() >= 500 && deletions() <= 500 + 16, `${deletions()}`);
  const tagsSent = (twice: boolean) =>
    sent.filter(({ again: so }) => so === twice).flatMap(({ tags: some }) => some);
  const done = tagsSent(true).length;
  assert.ok(done > 240 && done <= 254, `${done} done, and once more later`);
  assert.equal(new Set([...tagsSent(true), ...tagsSent(false)]).size, 1500);
  assert.equal(tagsSent(false).length, 1500 - done);
});

test("the same messages, of which more is done another time, are another invalidation: CloudFront refuses one word for two", async () => {
  const references: string[] = [];
  for (const unfinished of [tag(2), "none"]) {
    const { run } = outside({
      deleteBelow: async (prefix) => ({ deleted: 1, done: !prefix.includes(unfinished) }),
      async invalidate(_, reference) {
        references.push(reference);
      },
    });
    await run(record(first(tag(1), tag(2)), 1, "m"));
  }
  assert.equal(new Set(references).size, 2);
});

test("what one message asks for is not too much for an invalidation", async () => {
  const { asked, references, sent, run } = outside();
  const many = Array.from({ length: 2500 }, (_, nth) => tag(nth));
  assert.deepEqual((await run(record(writeAsked({ tags: many }), 1, "m"))).failed, []);
  const counts = asked.filter((one) => one.startsWith("invalidate")).map((one) => one.split(",").length);
  assert.deepEqual(counts, [1000, 1000, 500]);
  assert.equal(new Set(references).size, 3);
  assert.deepEqual(
    sent.flatMap(({ tags }) => tags),
    many,
  );
});
