/** A step of a request did not finish in the time it was given. */
export class Late extends Error {
  override readonly name = "Late";
  /** What was being waited for. */
  readonly what: string;
  /** ms it was allowed. */
  readonly allowed: number;

  constructor(what: string, allowed: number) {
    super(`${what}: not done within ${Math.round(allowed)} ms`);
    this.what = what;
    this.allowed = allowed;
  }
}

/** When an answer must be on its way, in ms of the monotonic clock; whoever spends time asks it first. */
export class Deadline {
  readonly #at: number;

  private constructor(at: number) {
    this.#at = at;
  }

  /** A deadline `ms` from now. */
  static in(ms: number): Deadline {
    return new Deadline(performance.now() + ms);
  }

  /** ms left, never less than 0. */
  get left(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /** The sooner of this deadline and `atMost` ms from now. */
  sooner(atMost: number): Deadline {
    return new Deadline(Math.min(this.#at, performance.now() + atMost));
  }

  /** This deadline less `ms`, kept free for what comes after. */
  keeping(ms: number): Deadline {
    return new Deadline(this.#at - ms);
  }

  /**
   * Runs `work` with a signal that fires at the deadline, or after `atMost` ms, whichever is sooner.
   * Settles then even when `work` does not listen: rejects with `Late`, and what `work` still says is ignored.
   */
  async within<T>(what: string, atMost: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const allowed = Math.min(this.left, atMost);
    const late = new Late(what, allowed);
    if (allowed <= 0) throw late;

    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(late);
        controller.abort(late);
      }, allowed);
    });
    try {
      return await Promise.race([work(controller.signal), over]);
    } catch (error) {
      throw controller.signal.aborted ? late : error;
    } finally {
      clearTimeout(timer);
    }
  }
}
