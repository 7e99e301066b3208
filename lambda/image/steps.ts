import { setImmediate } from "node:timers/promises";
import type { Deadline } from "../deadline.ts";
import { Timeout } from "../errors.ts";

/** ms between two looks at the time. */
const TICK = 20;

/** Does work that yields now and then, to its end. Throws `Timeout`, naming it, at the deadline. */
export async function toEnd<T>(
  work: Generator<undefined, T, undefined>,
  name: string,
  deadline: Deadline,
): Promise<T> {
  let ticked = performance.now();
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
    if (performance.now() - ticked < TICK) continue;
    if (deadline.left === 0) throw new Timeout(`${name}: the time is up`);
    await setImmediate();
    ticked = performance.now();
  }
}
