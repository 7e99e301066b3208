import type { OutputInfo, Sharp } from "sharp";
import { type Deadline, DeadlineExceeded } from "../deadline.ts";
import { BrokenSource, ResultTooBig, Timeout } from "../errors.ts";

/** Pixels or a file, as sharp hands them over. */
export interface Drawn {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

let leftovers = 0;

/** Some sharp is still at work for a request that was answered without it. */
export const hasLeftovers = (): boolean => leftovers > 0;

/** How libvips and its codecs say that a size is beyond them, or beyond memory. */
const beyond = /too (large|big|wide|high)|exceeds|out of memory|unable to allocate/i;

/**
 * Runs the sharp it is given to its end. Throws `Timeout` at the deadline, `ResultTooBig` when it is beyond a
 * codec, `BrokenSource` when sharp cannot draw the picture.
 */
export async function run(image: () => Sharp, deadline: Deadline): Promise<Drawn> {
  try {
    return await deadline.within("drawing", Infinity, (signal) => drawnBy(image(), deadline.left, signal));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof DeadlineExceeded || message.startsWith("timeout:"))
      throw new Timeout(message, { cause });
    const Kind = beyond.test(message) ? ResultTooBig : BrokenSource;
    throw new Kind(message, { cause });
  }
}

async function drawnBy(image: Sharp, left: number, signal: AbortSignal): Promise<Drawn> {
  const leave = () => leftovers++;
  signal.addEventListener("abort", leave);
  try {
    // sharp counts in whole seconds and cannot stop every encoder; the deadline answers in time all the same.
    const seconds = Math.max(1, Math.ceil(left / 1000));
    return await image.timeout({ seconds }).toBuffer({ resolveWithObject: true });
  } finally {
    signal.removeEventListener("abort", leave);
    if (signal.aborted) leftovers--;
  }
}
