import { StoreError } from "../store/store.ts";
import { ATTEMPTS, BUSY_ATTEMPTS, backOff, verdictOf } from "./attempts.ts";

/** Does something small again until it succeeds, as long as `left` ms allow. Rejects with the last error, at once with an answer. */
export async function again<T>(
  attempt: (fresh: boolean) => Promise<T>,
  signal: AbortSignal,
  left: () => number,
): Promise<T> {
  let fresh = false;
  for (let tried = 1, busy = 0; ; tried++) {
    try {
      return await attempt(fresh);
    } catch (error) {
      const verdict = verdictOf(error);
      // It does answer.
      if (error instanceof StoreError) busy++;
      const wait = backOff(tried, left(), Math.random());
      if (signal.aborted || verdict === "answer" || wait === undefined) throw error;
      if (tried >= ATTEMPTS || busy >= BUSY_ATTEMPTS) throw error;
      fresh = verdict === "broken";
      await new Promise((resolve) => setTimeout(resolve, wait));
      signal.throwIfAborted();
    }
  }
}
