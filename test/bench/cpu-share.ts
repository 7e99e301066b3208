import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** µs after which a share of a CPU is counted anew. */
const PERIOD = 20_000;

/** A control group of this process's own, in the words of either version of them. */
const [tree, own] = existsSync("/sys/fs/cgroup/cpu/cpu.cfs_quota_us")
  ? (["/sys/fs/cgroup/cpu", "cpu.cfs_quota_us"] as const)
  : (["/sys/fs/cgroup", "cpu.max"] as const);

/** Processes held to a share of the machine's CPUs, as Lambda holds a function. */
export interface CpuShare {
  /** Starts something; all the processes it starts meanwhile are held to it. */
  starting<T>(start: () => Promise<T>): Promise<T>;
  /** To be called once they have ended. */
  release(): void;
}

/** Holds processes to so many CPUs, or parts of one. `undefined` where this process may not. */
export function cpuShare(cpus: number): CpuShare | undefined {
  const group = join(tree, `shutterspeed-bench-${process.pid}`);
  const quota = Math.round(cpus * PERIOD);
  const move = (to: string) => writeFileSync(join(to, "cgroup.procs"), String(process.pid));
  try {
    mkdirSync(group, { recursive: true });
    // And nearly all of that whatever else runs here: the most that one may weigh.
    if (own === "cpu.max") {
      writeFileSync(join(group, own), `${quota} ${PERIOD}`);
      writeFileSync(join(group, "cpu.weight"), "10000");
    } else {
      writeFileSync(join(group, "cpu.cfs_period_us"), String(PERIOD));
      writeFileSync(join(group, own), String(quota));
      writeFileSync(join(group, "cpu.shares"), "262144");
    }
    move(group);
    move(tree);
  } catch {
    return undefined;
  }
  return {
    async starting(start) {
      move(group);
      try {
        return await start();
      } finally {
        move(tree);
      }
    },
    release: () => rmdirSync(group),
  };
}
