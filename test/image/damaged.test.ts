import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { tries } from "../thorough.ts";
import { bombs, readFormats, samples } from "./samples.ts";

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

/** Every file in turn, in a process of its own. */
async function serveAll(files: readonly Uint8Array[]): Promise<Report> {
  const child = fork(join(import.meta.dirname, "damage-process.ts"), { serialization: "advanced" });
  child.send(files);
  const ended = once(child, "exit").then(([code]) => assert.fail(`it ended without an answer: ${code}`));
  const [report] = await Promise.race([once(child, "message"), ended]);
  return report;
}

/** Every tenth byte; of a long file fewer, unless all are asked for. */
function places({ length }: Uint8Array): readonly number[] {
  const step = 10 * Math.max(1, Math.ceil(length / 10 / tries(60, Infinity)));
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

describe("a damaged picture is drawn, or refused with 4xx within a second and 300 MB", {
  skip: !existsSync("/proc/self/status") && "this system does not tell how much memory a process held",
}, () => {
  for (const format of readFormats) {
    const sample = samples[format];
    const bomb = bombs[format];
    const skip = format === "heic" && !sample && "the test pictures of imgproxy are not beside the project";
    test(`${format}, cut short anywhere`, { skip }, async () => {
      assert.ok(sample);
      const files = cut(await sample());
      const report = await serveAll(files);
      assert.equal(report.outcomes.length, files.length);
      assertHonest(report);
      // Of no byte nothing can be drawn.
      assert.equal(report.outcomes[0]?.status, 422);
    });

    test(`${format}, a byte turned over anywhere`, { skip }, async () => {
      assert.ok(sample);
      const report = await serveAll(flipped(await sample()));
      assertHonest(report);
    });

    test(`${format} that claims sides far beyond what is allowed`, { skip }, async () => {
      assert.ok(sample && bomb);
      const { outcomes, peak } = await serveAll([await bomb(await sample())]);
      assert.equal(outcomes[0]?.status, 422, outcomes[0]?.said);
      assertHonest({ outcomes, peak });
    });
  }
});
