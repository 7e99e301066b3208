import type { Box } from "./geometry.ts";
import type { Raw } from "./step.ts";

/** Values of a channel between which, both included, it belongs to the border. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/** Of nine px those that make the middle one stand out: with so many above or below, their median is. */
const MOST_OF_NINE = 5;

/**
 * What stands out from a border of one colour, found as libvips finds it: where the median of a px and its neighbours is more than
 * `threshold` away, in any channel. `undefined` where nothing does. It yields at every line, so that time can be looked at.
 */
export function* findInside(
  picture: Raw,
  color: readonly number[],
  threshold: number,
): Generator<undefined, Box | undefined, undefined> {
  const { width, height } = picture;
  const ranges = color.map((value) => ({ low: value - threshold, high: value + threshold }));
  const stands = (x: number, y: number) => standsOut(picture, ranges, x, y);
  const hasMore = (y: number) =>
    mayStandOut(picture, ranges, y) && firstOf(0, width, 1, (x) => stands(x, y)) < width;

  let top = 0;
  for (; top < height && !hasMore(top); top++) yield;
  if (top === height) return undefined;
  let bottom = height - 1;
  for (; !hasMore(bottom); bottom--) yield;
  let [left, right] = [width, -1];
  for (let y = top; y <= bottom; y++) {
    left = firstOf(0, left, 1, (x) => stands(x, y));
    right = firstOf(width - 1, right, -1, (x) => stands(x, y));
    yield;
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The first of the numbers from `from` up or down to `end` that holds; `end` where none does. */
function firstOf(from: number, end: number, by: 1 | -1, holds: (at: number) => boolean): number {
  for (let at = from; at !== end; at += by) if (holds(at)) return at;
  return end;
}

/** Whether a line and those beside it hold enough for it: two of the three, since three px of one are too few. */
function mayStandOut(picture: Raw, ranges: readonly Range[], y: number): boolean {
  const last = picture.height - 1;
  const near = [Math.max(0, y - 1), y, Math.min(last, y + 1)];
  return near.filter((line) => hasOther(picture, ranges, line)).length > 1;
}

/** Whether a line holds any value that is not the border's. */
function hasOther({ data, width, channels }: Raw, ranges: readonly Range[], y: number): boolean {
  const [from, end] = [y * width * channels, (y + 1) * width * channels];
  for (const [channel, { low, high }] of ranges.entries()) {
    for (let at = from + channel; at < end; at += channels) {
      const value = data[at] ?? 0;
      if (value < low || value > high) return true;
    }
  }
  return false;
}

/** Beyond the edges px stand as on them. */
function standsOut(
  { data, width, height, channels }: Raw,
  ranges: readonly Range[],
  x: number,
  y: number,
): boolean {
  const before = (x > 0 ? -1 : 0) * channels;
  const after = (x < width - 1 ? 1 : 0) * channels;
  const above = (y > 0 ? -1 : 0) * width * channels;
  const below = (y < height - 1 ? 1 : 0) * width * channels;
  const middle = (y * width + x) * channels;
  for (let channel = 0; channel < ranges.length; channel++) {
    const { low, high } = ranges[channel] ?? none;
    let [lower, higher] = [0, 0];
    for (let line = 0; line < 3; line++) {
      const at = middle + channel + (line === 0 ? above : line === 1 ? 0 : below);
      for (let column = 0; column < 3; column++) {
        const value = data[at + (column === 0 ? before : column === 1 ? 0 : after)] ?? 0;
        if (value < low) lower++;
        else if (value > high) higher++;
      }
    }
    if (lower >= MOST_OF_NINE || higher >= MOST_OF_NINE) return true;
  }
  return false;
}

const none: Range = { low: 0, high: 255 };
