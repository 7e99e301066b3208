import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

/** All processes a process started, and those they started. */
export function descendants(pid: number): readonly number[] {
  const table = processes();
  const childrenOf = (parent: number): readonly number[] =>
    table.filter((one) => one.parent === parent).flatMap((child) => [child.pid, ...childrenOf(child.pid)]);
  return childrenOf(pid);
}

/** Those of them that still run after a while. */
export async function survivors(pids: readonly number[]): Promise<readonly number[]> {
  const left = () => processes().flatMap(({ pid }) => (pids.includes(pid) ? pid : []));
  for (let patience = 50; patience > 0 && left().length > 0; patience--) await pause(40);
  return left();
}

/** What runs on this machine; the dead whom nobody has buried yet do not. */
function processes(): readonly { readonly pid: number; readonly parent: number }[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).trim().split("\n");
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith("Z"))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}
