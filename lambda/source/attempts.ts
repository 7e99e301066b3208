import { setTimeout as pause } from "node:timers/promises";
import { DeadlineExceeded } from "../deadline.ts";
import { StoreError } from "../store/store.ts";

/** How often something is tried. */
const ATTEMPTS = 2;
/** ms before the next attempt, at most; half of it at least, so that many do not come back at once. */
const BACK_OFF = 100;

/** Tries again what may go better the second time. Rejects with the last failure. */
export async function withAttempts<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left <= 0 || signal.aborted || !isTransient(error)) throw error;
      await pause(BACK_OFF * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}

/** A store that is busy or failing for a moment, or a connection that broke or did not come about. */
function isTransient(error: unknown): boolean {
  if (error instanceof StoreError) return error.status >= 500 || error.status === 429;
  if (error instanceof DeadlineExceeded) return true;
  return error instanceof Error && "code" in error && connectionFaults.has(error.code);
}

const connectionFaults = new Set<unknown>(["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT"]);
