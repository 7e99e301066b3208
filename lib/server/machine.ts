import { availableParallelism, totalmem } from "node:os";
import type { Machine } from "./shares.ts";

/** What this process may use: the container's limits where it has any, else all of the machine. */
export const thisMachine = (): Machine => ({
  cpus: availableParallelism(),
  memory: Math.floor(Math.min(process.constrainedMemory() || Infinity, totalmem()) / 2 ** 20),
});
