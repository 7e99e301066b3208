import { InvalidSource, SourceNotAllowed } from "../errors.ts";
import { StoreError } from "../store/store.ts";

// What is tried again, when, and for how long one attempt is waited for. Pure: whoever tries brings the time and the chance.

/** Requests that one download may make at most, hedges and resumes among them. */
export const ATTEMPTS = 16;
/** The same while a store only answers that it is busy or failing: it is to be left in peace. */
export const BUSY_ATTEMPTS = 5;
/** ms before the second attempt at most; twice as much each time. Half of it at least, so that many do not come back at once. */
const BACK_OFF = 60;
const LONGEST_BACK_OFF = 1000;
/** ms of the time left under which nothing is begun: no answer comes so soon. */
const TOO_LATE = 10;

/** ms without a first byte after which a second request races the first: never sooner than this, */
const HEDGE_FLOOR = 60;
/** this many times what is usual here, as `usual` says, */
const HEDGE_FACTOR = 1.15;
/** where nothing is known yet, this, */
const HEDGE_UNKNOWN = 400;
/** and at the latest after this part of the time left. */
const HEDGE_SHARE = 0.15;
/** Each hedge waits this many times longer for its own first byte than the one before. */
const HEDGE_GROWTH = 2;

/** ms a body may be silent: this part of the time left, within these bounds. */
const SILENCE_SHARE = 0.12;
const [LEAST_SILENCE, MOST_SILENCE] = [300, 1500];

/** ms after which the speed of a body can be judged. */
const SPEED_AFTER = 300;
/** bytes per ms below which a body of unknown length is a trickle. */
const TRICKLE = 20;
/** Bodies of one download that are given up for being slow: where the way itself is slow, the next is no faster. */
export const SLOW_ATTEMPTS = 2;

/** How often an object is read from its start, because what came was not it, or not in one piece. */
export const STARTS = 3;

/** What became of an attempt: an answer that stands, a store that is busy, a connection or a body that broke. */
export type Verdict = "answer" | "busy" | "broken";

/** Errors by which a store says that the same request may go well in a moment, whatever its status. */
const busyWords = new Set([
  "RequestTimeout",
  "RequestTimeTooSkewed",
  "SlowDown",
  "Throttling",
  "ServiceUnavailable",
]);

/** Whether what went wrong is to be tried again. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof InvalidSource || error instanceof SourceNotAllowed) return "answer";
  if (!(error instanceof StoreError)) return "broken";
  const { status, word } = error;
  // None of them was asked for: something on the way answered.
  if (status < 400) return "broken";
  return status >= 500 || status === 408 || status === 429 || busyWords.has(word) ? "busy" : "answer";
}

/** ms to wait before the next attempt, `nth` from 1; `chance` is from 0 to 1. `undefined` when there is no time for one. */
export function backOff(nth: number, left: number, chance: number): number | undefined {
  const most = Math.min(LONGEST_BACK_OFF, BACK_OFF * 2 ** (nth - 1));
  const wait = most * (0.5 + chance / 2);
  return wait + TOO_LATE < left ? wait : undefined;
}

/** Whether one more request may be made. */
export const mayAsk = ({ attempts, busy }: Asked, left: number): boolean =>
  attempts < ATTEMPTS && busy < BUSY_ATTEMPTS && left > TOO_LATE;

/** Requests of one download: all, and those that came to a store that was busy or failing. */
export interface Asked {
  readonly attempts: number;
  readonly busy: number;
}

/** ms without a first byte after which a request is late here; `usual` is what all but a few take. */
export const lateAfter = (usual: number | undefined): number =>
  Math.max(HEDGE_FLOOR, usual === undefined ? HEDGE_UNKNOWN : usual * HEDGE_FACTOR);

/** ms without a first byte after which a second request must be made if the time left is to suffice; `hedges` were made before. */
export const tooLateAfter = (left: number, hedges: number): number =>
  Math.max(HEDGE_FLOOR, left * HEDGE_SHARE) * HEDGE_GROWTH ** Math.min(hedges, 3);

/** ms that a body may be silent. */
export const silenceAllowed = (left: number): number =>
  Math.min(MOST_SILENCE, Math.max(LEAST_SILENCE, left * SILENCE_SHARE));

/** How a body has come so far. */
export interface Progress {
  /** bytes, of this attempt. */
  readonly read: number;
  /** bytes that are missing still, when that is known. */
  readonly missing: number | undefined;
  /** ms since its first byte was asked for. */
  readonly spent: number;
}

/** A body that at this speed would not be whole in the time left. */
export function isTooSlow({ read, missing, spent }: Progress, left: number): boolean {
  if (spent < SPEED_AFTER) return false;
  const speed = read / spent;
  return missing === undefined ? speed < TRICKLE : missing / speed > left;
}
