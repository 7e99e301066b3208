import type { TestContext } from "node:test";

/** A clock that stands until it is told to go on; sockets and files do not heed it. */
export interface Clock {
  /** Has this many ms pass at once, and what is due by then happen. */
  pass(ms: number): void;
  /** ms until the next of what is due; undefined when nothing is. */
  readonly next: number | undefined;
}

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/**
 * Stops the clock that deadlines read, and `setTimeout`, for the rest of a test.
 * Not by the test runner's own mock: a timer of an earlier test, cleared late, takes one of this test with it there.
 */
export function stopClock({ mock }: Pick<TestContext, "mock">): Clock {
  // A whole number: what is left stays exact.
  let now = 1_000_000;
  const timers = new Map<unknown, Timer>();
  const { setTimeout: start, clearTimeout: clear } = globalThis;

  mock.method(performance, "now", () => now);
  mock.method(globalThis, "setTimeout", (ring: () => void, ms = 0) => {
    const name = start(() => {}, 0);
    clear(name);
    timers.set(name, { at: now + ms, ring });
    return name;
  });
  mock.method(globalThis, "clearTimeout", (name: NodeJS.Timeout | undefined) => {
    if (!timers.delete(name)) clear(name);
  });
  return {
    get next() {
      return timers.size > 0 ? Math.min(...[...timers.values()].map(({ at }) => at)) - now : undefined;
    },
    pass(ms) {
      now += ms;
      const due = [...timers]
        .filter(([, { at }]) => at <= now)
        .sort(([, one], [, other]) => one.at - other.at);
      for (const [name, { ring }] of due) if (timers.delete(name)) ring();
    },
  };
}

const turn = () => new Promise<void>((done) => setImmediate(done));
/** Turns of the event loop in which whatever needs no more time, nor anybody else, comes to its end. */
const TURNS = 20;

/** Whether this still goes on when all that is due has been done. */
export async function goesOn(work: Promise<unknown>): Promise<boolean> {
  let on = true;
  const end = () => {
    on = false;
  };
  work.then(end, end);
  for (let turns = 0; on && turns < TURNS; turns++) await turn();
  return on;
}

/** Has `ms` pass, and tells whether this ended then, not 1 ms sooner and no later. */
export async function endsAfter(ms: number, work: Promise<unknown>, clock: Clock): Promise<boolean> {
  clock.pass(ms - 1);
  const wentOn = await goesOn(work);
  clock.pass(1);
  return wentOn && !(await goesOn(work));
}

/** Waits until something holds that takes no time of the clock's. */
export async function until(holds: () => boolean, otherwise = "waited in vain"): Promise<void> {
  const began = Date.now();
  while (!holds()) {
    if (Date.now() - began > PATIENCE) throw new Error(otherwise);
    await turn();
  }
}
/** ms of the real clock; none but a test that fails waits so long. */
const PATIENCE = 20_000;
