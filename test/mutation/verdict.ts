import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Copy } from "./copies.ts";
import { type Coverage, type Test, testsFor } from "./coverage.ts";
import { isEquivalent } from "./equivalent.ts";
import { type Mutant, mutated } from "./mutants.ts";
import { type Outcome, tried } from "./trial.ts";

/** Whether a test noticed. */
export type Verdict = "killed" | "timed out" | "survived" | "not covered" | "equivalent";

export interface Judged extends Mutant {
  readonly verdict: Verdict;
  /** The test that noticed. */
  readonly by?: string;
}

/** Makes the change in the copy, asks the tests until one notices, and takes the change back. */
export async function judge(
  mutant: Mutant,
  copy: Copy,
  coverage: Coverage,
  signal: AbortSignal,
): Promise<Judged> {
  const file = join(copy.root, mutant.file);
  const source = readFileSync(file, "utf8");
  if (isEquivalent(mutant, source)) return { ...mutant, verdict: "equivalent" };
  const tests = testsFor(mutant, coverage, copy.root);
  if (tests.length === 0) return { ...mutant, verdict: "not covered" };
  writeFileSync(file, mutated(source, mutant));
  try {
    for (const test of tests) {
      const outcome = await outcomeOf(test, copy, signal);
      if (outcome === "failed") return { ...mutant, verdict: "killed", by: test.file };
      if (outcome === "timed out") return { ...mutant, verdict: "timed out", by: test.file };
    }
    return { ...mutant, verdict: "survived" };
  } finally {
    writeFileSync(file, source);
  }
}

/** Some tests take longer at random, and one with processes of its own depends on the machine's load: these have to say it twice. */
async function outcomeOf(test: Test, copy: Copy, signal: AbortSignal): Promise<Outcome> {
  const limit = 3 * test.ms + 5000;
  const outcome = await tried(copy, test.file, { limit, signal });
  const unsure = outcome === "timed out" || (outcome === "failed" && test.bundled);
  return unsure ? tried(copy, test.file, { limit, signal }) : outcome;
}
