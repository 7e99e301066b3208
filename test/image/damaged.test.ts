import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { tries } from "../thorough.ts";
import { bombs, readFormats, samples, variantBombs, variants } from "./samples.ts";

/** What became of a request. */
export interface Outcome {
  readonly status: number;
  readonly said: string;
  readonly ms: number;
}
interface Report {
  readonly outcomes: readonly Outcome[];
  /** MB. */
  readonly peak: number;
}

/** What a damaged picture may cost before it is refused or drawn. */
const most = { ms: 1000, megabytes: 300 } as const;

/** A process that serves, for what breaks it must not break the tests. */
const child = fork(join(import.meta.dirname, "damage-process.ts"), { serialization: "advanced" });
after(() => child.kill());

/** Every file in turn. */
async function serveAll(files: readonly Uint8Array[]): Promise<Report> {
  const over = new AbortController();
  const ended = once(child, "exit", over).then(([code]) =>
    assert.fail(`it ended without an answer: ${code}`),
  );
  child.send(files);
  const [report] = await Promise.race([once(child, "message", over), ended]);
  over.abort();
  ended.catch(() => {});
  return report;
}

/** Every tenth byte; of a long file fewer, unless all are asked for. */
function places({ length }: Uint8Array): readonly number[] {
  const step = 10 * Math.max(1, Math.ceil(length / 10 / tries(25, Infinity)));
  return Array.from({ length: Math.ceil(length / step) }, (_, at) => at * step);
}
const cut = (bytes: Uint8Array) => places(bytes).map((at) => bytes.subarray(0, at));
const flipped = (bytes: Uint8Array) =>
  places(bytes).map((at) => Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 0xff : byte)));

function assertHonest({ outcomes, peak }: Report): void {
  for (const [at, { status, said, ms }] of outcomes.entries()) {
    assert.ok(status === 200 || (status >= 400 && status < 500), `file ${at}: ${status} ${said}`);
    assert.ok(ms < most.ms, `file ${at}: ${ms} ms, then ${said}`);
  }
  assert.ok(peak < most.megabytes, `${peak} MB`);
}

const nothing = new Uint8Array();

const skip = !existsSync("/proc/self/status") && "this system does not tell how much memory a process held";

describe("a damaged picture is drawn, or refused with 4xx within a second and 300 MB", { skip }, () => {
  for (const [name, sample] of [
    ...Object.entries(samples),
    ...Object.entries(variants).map(([name, file]) => [name, async () => file] as const),
  ]) {
    test(`${name}, cut short anywhere`, async () => {
      const files = cut(await sample());
      const report = await serveAll(files);
      assert.equal(report.outcomes.length, files.length);
      assertHonest(report);
      // Of no byte nothing can be drawn.
      assert.equal(report.outcomes[0]?.status, 422);
    });

    test(`${name}, a byte turned over anywhere`, async () => {
      assertHonest(await serveAll(flipped(await sample())));
    });
  }
});

describe("what claims sides far beyond what is allowed is refused before it is decoded", { skip }, () => {
  for (const [name, bomb] of [
    ...Object.entries(bombs).map(
      ([format, bomb]) => [format, async () => bomb((await samples[format]?.()) ?? nothing)] as const,
    ),
    ...Object.entries(variantBombs).map(([name, file]) => [name, () => file] as const),
  ]) {
    test(name, async () => {
      const report = await serveAll([await bomb()]);
      assert.equal(report.outcomes[0]?.status, 422, report.outcomes[0]?.said);
      assertHonest(report);
    });
  }

  test("in every format that we read", () => {
    for (const made of [samples, bombs]) assert.deepEqual(Object.keys(made).sort(), [...readFormats].sort());
  });
});
