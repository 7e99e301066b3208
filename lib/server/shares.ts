/** What a machine, or a container's limits of it, has. */
export interface Machine {
  readonly cpus: number;
  /** MB */
  readonly memory: number;
}

/** How the work is divided. */
export interface Shares {
  /** Requests in work at once, process by process. */
  readonly slots: readonly number[];
  /** MB that one request may count on: what a function has, which serves one at a time. */
  readonly memory: number;
}

/** MB of the process that starts the others. */
const OWN = 64;
/** MB a request gets at least, where nobody says how many are in work at once; and whatever is said. */
const [COMFORTABLE, LEAST] = [512, 128];
/** Where one process ends, another one goes on listening. */
const LEAST_PROCESSES = 2;

/**
 * Divides a machine among `workers` requests; 0 is twice its CPUs, as far as its memory lasts. A process for each CPU: one thread of
 * JavaScript cannot feed more. Throws one sentence when there is too little memory.
 */
export function sharesOf({ cpus, memory }: Machine, workers: number): Shares {
  const left = memory - OWN;
  const most = Math.floor(left / LEAST);
  if (most < 1) throw new Error(`memory: expected at least ${LEAST + OWN} MB, got ${memory}`);
  if (workers > most)
    throw new Error(
      `IMGPROXY_WORKERS: expected at most ${most}, for each needs ${LEAST} MB of ${left}, got "${workers}"`,
    );
  const count = workers || Math.max(1, Math.min(cpus * 2, Math.floor(left / COMFORTABLE)));
  const processes = Math.min(count, Math.max(LEAST_PROCESSES, cpus));
  return { slots: parts(count, processes), memory: Math.floor(left / count) };
}

/** A number in so many parts, as equal as whole numbers are. */
export const parts = (whole: number, into: number): readonly number[] =>
  Array.from({ length: into }, (_, at) => Math.floor((whole + at) / into));
