import type { OutputInfo, Sharp } from "sharp";
import { type Deadline, DeadlineExceeded } from "../deadline.ts";
import { BrokenSource, Timeout } from "../errors.ts";

/** Pixels or a file, as sharp hands them over. */
export interface Drawn {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

/** Runs the sharp it is given to its end. Throws `Timeout` at the deadline, `BrokenSource` when sharp cannot draw the picture. */
export async function run(image: () => Sharp, deadline: Deadline): Promise<Drawn> {
  try {
    return await deadline.within("drawing", Infinity, async () =>
      // sharp counts in whole seconds and cannot stop every encoder; the deadline answers in time all the same.
      image()
        .timeout({ seconds: Math.ceil(deadline.left / 1000) })
        .toBuffer({ resolveWithObject: true }),
    );
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof DeadlineExceeded || message.startsWith("timeout:"))
      throw new Timeout(message, { cause });
    throw new BrokenSource(message, { cause });
  }
}
