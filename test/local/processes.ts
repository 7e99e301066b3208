import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

/** All processes a process started, and those they started. */
export function descendants(pid: number): readonly number[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const childrenOf = (parent: number): readonly number[] =>
    table.flatMap(([child = 0, itsParent]) => (itsParent === parent ? [child, ...childrenOf(child)] : []));
  return childrenOf(pid);
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Those of them that are still there after a while. */
export async function survivors(pids: readonly number[]): Promise<readonly number[]> {
  for (let patience = 50; patience > 0 && pids.some(isAlive); patience--) await pause(40);
  return pids.filter(isAlive);
}
