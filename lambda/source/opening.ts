import { type GetOptions, type ObjectStream, StoreError } from "../store/store.ts";
import { backOff, lateAfter, mayAsk, tooLateAfter, verdictOf } from "./attempts.ts";
import type { Download } from "./trail.ts";

/** Asks for an object, or a part of it, once. */
export type Ask = (options: Pick<GetOptions, "fresh" | "signal" | "at">) => Promise<Answer>;

/** What a store says to whoever asks for an object. */
export type Answer = ObjectStream | "not modified";

/** A request that has not been answered. */
interface Request {
  readonly hedge: boolean;
  readonly began: number;
  readonly settled: Promise<Settled>;
  abort(): void;
}
type Settled =
  | { readonly request: Request; readonly answer: Answer }
  | { readonly request: Request; readonly error: unknown };

/** Requests on their way at a time: one, a hedge, and one more only once that is as late itself. None of them is given up: it may be the next to answer. */
const AT_ONCE = 3;

/**
 * Asks until an answer stands: again after what may go better, and at the same time over a new connection when the first byte
 * is late. Whoever loses is aborted. Rejects with the last error when nothing more may be tried.
 */
export async function openStream(ask: Ask, download: Download, fresh = false): Promise<Answer> {
  const race = new Race(ask, download);
  try {
    return await race.run(fresh);
  } finally {
    race.end();
  }
}

/** What `openStream` has running. */
class Race {
  readonly #ask: Ask;
  readonly #download: Download;
  readonly #running = new Set<Request>();
  #failed = 0;
  #hedges = 0;
  /** ms of the monotonic clock; when the next hedge, and the next attempt after a failure, are due. */
  #lateAt = Infinity;
  #retryAt = Infinity;
  #retryFresh = false;
  #lastError: unknown;

  constructor(ask: Ask, download: Download) {
    this.#ask = ask;
    this.#download = download;
  }

  async run(fresh: boolean): Promise<Answer> {
    const { deadline, pace } = this.#download;
    this.#start(fresh, false);
    this.#lateAt = performance.now() + Math.min(lateAfter(pace.usual), tooLateAfter(deadline.left, 0));
    for (;;) {
      const settled = await this.#next();
      if (!settled) this.#due();
      else if ("answer" in settled) return this.#won(settled.request, settled.answer);
      else this.#lost(settled.request, settled.error);
      if (this.#running.size === 0 && this.#retryAt === Infinity) throw this.#lastError;
    }
  }

  /** Aborts whoever still runs. */
  end(): void {
    for (const { abort } of this.#running) abort();
  }

  #start(fresh: boolean, hedge: boolean): void {
    const { signal, trail } = this.#download;
    const controller = new AbortController();
    trail.count("attempts");
    if (hedge) trail.count("hedged");
    let answered = false;
    const at: GetOptions["at"] = (phase) => {
      if (!answered) trail.note({ phase });
    };
    const asked = this.#ask({ fresh, signal: AbortSignal.any([signal, controller.signal]), at });
    const request: Request = {
      hedge,
      began: performance.now(),
      settled: asked.then(
        (answer) => ({ request, answer }),
        (error: unknown) => ({ request, error }),
      ),
      abort() {
        answered = true;
        controller.abort();
        // It may be answered all the same, in this very moment.
        asked.then(
          (answer) => answer !== "not modified" && answer.cancel(),
          () => {},
        );
      },
    };
    this.#running.add(request);
  }

  /** What settles next; `undefined` when something is due before. */
  async #next(): Promise<Settled | undefined> {
    const { signal } = this.#download;
    signal.throwIfAborted();
    const at = Math.min(this.#lateAt, this.#retryAt);
    const alarm = ring(at - performance.now(), signal);
    try {
      return await Promise.race([...[...this.#running].map(({ settled }) => settled), alarm.rung]);
    } finally {
      alarm.stop();
    }
  }

  /** Makes the request whose time has come. */
  #due(): void {
    const now = performance.now();
    if (now >= this.#retryAt) {
      this.#retryAt = Infinity;
      this.#start(this.#retryFresh, false);
      this.#lateAt = now + this.#patience();
    } else if (now >= this.#lateAt) this.#hedge(now);
  }

  /** Has a second request race the first, at once when the time left demands it, else when this process has leave. */
  #hedge(now: number): void {
    const { deadline, pace, trail } = this.#download;
    const [oldest] = this.#running;
    const demandedAt = (oldest?.began ?? now) + this.#patience();
    const demanded = now >= demandedAt;
    this.#lateAt = demanded ? Infinity : demandedAt;
    if (this.#running.size >= AT_ONCE || !mayAsk(trail.now, deadline.left)) return;
    if (!demanded && !pace.mayHedge()) return;
    this.#hedges++;
    this.#start(true, true);
    this.#lateAt = now + this.#patience();
  }

  #patience(): number {
    return tooLateAfter(this.#download.deadline.left, this.#hedges);
  }

  #won(request: Request, answer: Answer): Answer {
    const { pace, trail } = this.#download;
    this.#running.delete(request);
    pace.saw(performance.now() - request.began);
    if (request.hedge) {
      trail.note({ hedgeWon: true });
      if (this.#running.size > 0) pace.won();
    }
    return answer;
  }

  #lost(request: Request, error: unknown): void {
    const { deadline, trail } = this.#download;
    this.#running.delete(request);
    const verdict = verdictOf(error);
    if (verdict === "answer") throw error;
    // It does answer.
    if (error instanceof StoreError) trail.count("busy");
    this.#lastError = error;
    if (this.#running.size === 0) this.#lateAt = Infinity;
    const wait = backOff(++this.#failed, deadline.left, Math.random());
    if (wait === undefined || !mayAsk(trail.now, deadline.left)) return;
    this.#retryAt = Math.min(this.#retryAt, performance.now() + wait);
    this.#retryFresh ||= verdict === "broken";
  }
}

/** A timer that rings once, or never when it is `Infinity`; rejects when the signal fires. */
function ring(ms: number, signal: AbortSignal) {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const over = () => reject(signal.reason);
  signal.addEventListener("abort", over, { once: true });
  const timer = ms < Infinity ? setTimeout(() => resolve(undefined), Math.max(0, ms)) : undefined;
  // Whoever raced it may have been quicker.
  promise.catch(() => {});
  return {
    rung: promise,
    stop() {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
    },
  };
}
