/** A body is given up: nothing comes, or too slowly to be whole in time. */
export class BodyLate extends Error {
  override readonly name = "BodyLate";
}

/** ms by which a timer may ring too late; more, and the process was stopped or starved, and what came meanwhile waits to be read. */
const STOPPED = 50;

/** The next of what arrives. Rejects when nothing does for `allowed` ms, unless the process stood still meanwhile. */
export async function nextWithin<T>(
  arriving: AsyncIterator<T>,
  allowed: number,
  signal: AbortSignal,
): Promise<IteratorResult<T>> {
  const coming = arriving.next();
  // Nobody hears it once we have given up.
  coming.catch(() => {});
  const { promise: over, reject } = Promise.withResolvers<never>();
  over.catch(() => {});
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const due = performance.now() + allowed;
    timer = setTimeout(() => {
      if (performance.now() - due > STOPPED) wait();
      else reject(new BodyLate(`silent for ${Math.round(allowed)} ms`));
    }, allowed);
  };
  wait();
  try {
    signal.throwIfAborted();
    return await Promise.race([coming, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
