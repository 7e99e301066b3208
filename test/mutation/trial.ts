import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Copy } from "./copies.ts";

/** What came of a test file. */
export type Outcome = "passed" | "failed" | "timed out";

/** A change that makes code keep all it is given must not take the machine's memory. */
const HEAP_MB = 1024;

/** Runs one test file of a copy, for at most `limit` ms. */
export async function tried(
  copy: Copy,
  test: string,
  { limit, signal, env = {} }: { limit: number; signal: AbortSignal; env?: Readonly<Record<string, string>> },
): Promise<Outcome> {
  // What was bundled of another mutant.
  rmSync(join(copy.root, ".local"), { recursive: true, force: true });
  const child = spawn(process.execPath, ["--test", test], {
    cwd: copy.root,
    env: { ...inherited, TMPDIR: copy.temporary, NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`, ...env },
    // A group of its own, so that all it started goes with it.
    detached: true,
    stdio: "ignore",
  });
  const end = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
  const kill = () => killGroup(child);
  end.addEventListener("abort", kill);
  const [status] = await once(child, "exit");
  end.removeEventListener("abort", kill);
  signal.throwIfAborted();
  if (status === null && end.aborted) return "timed out";
  return status === 0 ? "passed" : "failed";
}

const { NODE_V8_COVERAGE: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}
