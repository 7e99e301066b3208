/** A step of a request did not finish in the time it was given. */
export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";
  /** What was being waited for. */
  readonly what: string;
  /** ms it was allowed. */
  readonly allowed: number;

  constructor(what: string, allowed: number, options?: ErrorOptions) {
    super(`${what}: not done within ${Math.round(allowed)} ms`, options);
    this.what = what;
    this.allowed = allowed;
  }
}

/** ms; a longer timer would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** When an answer must be on its way, in ms of the monotonic clock; whoever spends time asks it first. */
export class Deadline {
  readonly #at: number;
  readonly #gone: AbortSignal | undefined;

  private constructor(at: number, gone?: AbortSignal) {
    this.#at = at;
    this.#gone = gone;
  }

  /** A deadline `ms` from now, or as soon as `gone` fires: nobody waits any more. */
  static in(ms: number, gone?: AbortSignal): Deadline {
    return new Deadline(performance.now() + ms, gone);
  }

  /** ms left, never less than 0. */
  get left(): number {
    return this.#gone?.aborted ? 0 : Math.max(0, this.#at - performance.now());
  }

  /** The sooner of this deadline and `atMost` ms from now. */
  sooner(atMost: number): Deadline {
    return new Deadline(Math.min(this.#at, performance.now() + atMost), this.#gone);
  }

  /** This deadline less `ms`, kept free for what comes after. */
  keeping(ms: number): Deadline {
    return new Deadline(this.#at - ms, this.#gone);
  }

  /** This deadline less a `part` (0–1) of the time left. */
  sharing(part: number): Deadline {
    return this.keeping(this.left * part);
  }

  /**
   * Runs `work` with a signal that fires at the deadline, or after `atMost` ms, whichever is sooner.
   * Settles then even when `work` does not listen: rejects with `DeadlineExceeded`, and what `work` still says is ignored.
   */
  async within<T>(what: string, atMost: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const allowed = Math.min(this.left, atMost, LONGEST_TIMER);
    if (!(allowed > 0)) throw new DeadlineExceeded(what, 0);

    const controller = new AbortController();
    const began = performance.now();
    let timer: NodeJS.Timeout | undefined;
    let leave = () => {};
    const over = new Promise<never>((_, reject) => {
      const end = (after: number) => {
        const late = new DeadlineExceeded(what, after);
        reject(late);
        controller.abort(late);
      };
      timer = setTimeout(end, allowed, allowed);
      leave = () => end(performance.now() - began);
      this.#gone?.addEventListener("abort", leave);
    });
    try {
      return await Promise.race([work(controller.signal), over]);
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
      this.#gone?.removeEventListener("abort", leave);
    }
  }
}
