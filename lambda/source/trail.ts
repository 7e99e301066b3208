import type { Deadline } from "../deadline.ts";
import type { Phase } from "../store/store.ts";
import type { Pace } from "./pace.ts";

/** What has happened in a download. */
export interface Trail {
  /** What is being waited for. */
  readonly phase: Phase;
  /** Requests made, hedges and resumes among them. */
  readonly attempts: number;
  /** Of those, how many came to a store that was busy or failing. */
  readonly busy: number;
  /** Requests made because another one was late. */
  readonly hedged: number;
  /** A hedge answered first. */
  readonly hedgeWon: boolean;
  /** Bodies that were gone on with where another one broke. */
  readonly resumed: number;
  /** Bodies given up for being slow. */
  readonly slow: number;
  /** bytes that are here. */
  readonly read: number;
  /** bytes there are, once that is known. */
  readonly length: number | undefined;
}

/** A download under way: how long it may take, and what has happened in it. */
export interface Download {
  readonly deadline: Deadline;
  /** Fires when it is over, whatever became of it. */
  readonly signal: AbortSignal;
  readonly pace: Pace;
  readonly trail: TrailKeeper;
}

/** Keeps a trail while it goes on. */
export interface TrailKeeper {
  readonly now: Trail;
  note(more: Partial<Trail>): void;
  count(what: "attempts" | "busy" | "hedged" | "resumed" | "slow"): void;
}

/** Starts a download's trail. */
export function startTrail(): TrailKeeper {
  let trail: Trail = {
    phase: "resolve",
    attempts: 0,
    busy: 0,
    hedged: 0,
    hedgeWon: false,
    resumed: 0,
    slow: 0,
    read: 0,
    length: undefined,
  };
  const note = (more: Partial<Trail>) => {
    trail = { ...trail, ...more };
  };
  return {
    note,
    count: (what) => note({ [what]: trail[what] + 1 }),
    get now() {
      return trail;
    },
  };
}
