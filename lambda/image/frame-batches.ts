import { type Canvas, framesOf, megapixels, type Size } from "../contract/canvas.ts";
import { ResultTooBig } from "../errors.ts";
import type { Limits } from "../options/limits.ts";
import { bytesPerPixel, MAX_SIDE } from "./drawable.ts";
import { isHeld, type Output } from "./output.ts";

/** How many frames of an animation are drawn side by side: while one is handed over, another is drawn. */
export const SIDE_BY_SIDE = 4;

/** Part of the memory for drawing that frames may take; the rest is what has been drawn and not been freed. */
const FRAMES_SHARE = 0.75;

/** How often decoded frames are held at most: sharp copies them, and those before are freed only once the next are there. */
const TIMES_HELD = 3;

/** Frames are drawn with 8 bits a channel. */
const bytesOf = (size: Size) => megapixels(size) * 1e6 * bytesPerPixel({ deep: false });

/**
 * How many frames of a source are decoded at once. The more the better, for each time begins with the first of all.
 * Throws `ResultTooBig` when not even one has room beside all that are drawn.
 */
export function framesDecoded(source: Size, canvas: Canvas, output: Output, { memory }: Limits): number {
  const frames = framesOf(canvas);
  if (frames === 1) return 1;
  // Those that are drawn wait, twice where they are looked at, until all are.
  const drawn = frames * bytesOf(canvas) * (isHeld(output) ? 2 : 1) + SIDE_BY_SIDE * bytesOf(canvas);
  const fit = Math.floor((memory * FRAMES_SHARE - drawn) / TIMES_HELD / bytesOf(source));
  if (fit < 1 || frames * canvas.height > MAX_SIDE)
    throw new ResultTooBig(
      `${canvas.width}x${canvas.height}, ${frames} frames: they take more than ${memory} bytes`,
    );
  return Math.min(frames, fit);
}
