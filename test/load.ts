import { availableParallelism, loadavg } from "node:os";

/** `ms` of a machine that has nothing else to do: as much more here and now as there is work for each CPU. */
export const underLoad = (ms: number): number =>
  ms * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
