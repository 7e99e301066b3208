import type { Turns } from "../../lambda/answering.ts";

/** Turns for `atOnce` requests; `waiting` others may wait, first come, first served. */
export function turnsFor(atOnce: number, waiting: number): Turns {
  let taken = 0;
  const queue = new Set<() => void>();
  const wait = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        queue.delete(begin);
        reject(signal.reason);
      };
      queue.add(begin);
      signal.addEventListener("abort", leave, { once: true });
    });
  return {
    take(signal) {
      if (taken >= atOnce) return queue.size < waiting ? wait(signal) : undefined;
      taken++;
      return Promise.resolve();
    },
    end() {
      const [next] = queue;
      if (!next) taken--;
      else {
        queue.delete(next);
        next();
      }
    },
  };
}
