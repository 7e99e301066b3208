/** What this process has seen of the way to the sources. */
export interface Pace {
  /** ms to the first byte that 95 of 100 requests take; `undefined` until enough is known. */
  readonly usual: number | undefined;
  /** Remembers the ms a first byte took. */
  saw(ms: number): void;
  /** Takes leave for a request that is made only because another one is late. */
  mayHedge(): boolean;
  /** What an ETag is that looks like an MD5: one, as it was once, or something else, as it was before that. */
  readonly tags: "unknown" | "MD5" | "other";
  /** Remembers what one was; the first one tells. */
  sawTag(kind: "MD5" | "other"): void;
  /** Gives that leave back: the request won against one that had not answered. */
  won(): void;
}

/** First bytes that are remembered, and from how many on they tell something. */
const [REMEMBERED, ENOUGH] = [256, 8];
const PERCENTILE = 0.95;
/** Hedges a process may make at first, how many more each request allows, and how many may be saved up. Of 500 requests 11 when all is well. */
const [FIRST_HEDGES, HEDGES_PER_REQUEST, MOST_HEDGES] = [2, 0.018, 10];

/** Hedges that one allows which won: itself, and one more, for what was late was really late. */
const WON = 2;

/** Starts to remember. */
export function startPace(): Pace {
  const times: number[] = [];
  let usual: number | undefined;
  let tags: Pace["tags"] = "unknown";
  let leave = FIRST_HEDGES;
  return {
    get usual() {
      return usual;
    },
    get tags() {
      return tags;
    },
    sawTag(kind) {
      if (tags === "unknown") tags = kind;
    },
    saw(ms) {
      times.push(ms);
      if (times.length > REMEMBERED) times.shift();
      leave = Math.min(MOST_HEDGES, leave + HEDGES_PER_REQUEST);
      if (times.length >= ENOUGH)
        usual = times.toSorted((a, b) => a - b)[Math.floor(times.length * PERCENTILE)];
    },
    mayHedge() {
      if (leave < 1) return false;
      leave--;
      return true;
    },
    won() {
      leave = Math.min(MOST_HEDGES, leave + WON);
    },
  };
}
