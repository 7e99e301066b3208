import { megapixels, type Size } from "./canvas.ts";

/** Megapixels up to which a picture is padded for its scale, for a larger one shows no part of a px; and that it may have then. */
const SMALL = 1;
export const MOST_PADDED = 3;

/** A side that is padded with copies of its edges, scaled to whole px, and cut: px. */
export interface PaddedSide {
  readonly before: number;
  readonly after: number;
  readonly scaled: number;
  readonly cut: number;
}

/** px that are padded at most: part of a side, or so many where that is more, for few are cheap. */
const mostOf = (px: number) => Math.max(0.5 * px, 512);
/** Ways that are looked at. */
const MOST_WAYS = 256;
/** px of the result by which the padding may miss, and that are looked for first. */
const CLOSE = 0.004;
/** Part of the px that are averaged first by which it may miss at all. */
const TOLERANCE = 0.25;
/** px; what doubles lose on the way. */
const tiny = 1e-6;

/**
 * The resampler is told whole sides, which stretches a picture by part of a px where its scale makes none. Of a picture that is
 * padded by the right number of px, whole sides make that scale nearly. Of `px` come `to`; `undefined` where no padding helps.
 */
export function paddedSide(px: number, to: number, by: number): PaddedSide | undefined {
  if (Math.abs(px * by - to) < tiny) return { before: 0, after: 0, scaled: to, cut: 0 };
  return by < 1 ? smaller(px, to, 1 / by) : larger(px, to, 1 / by);
}

/** A picture that is to be padded; `size` is what it becomes by that. */
export interface Padded {
  readonly across: PaddedSide;
  readonly down: PaddedSide;
  readonly size: Size;
}

/** Both sides; `undefined` where one of them cannot be helped, and where it would take long. */
export function paddedFor(from: Size, to: Size, scales: Size): Padded | undefined {
  if (megapixels(from) > SMALL) return undefined;
  const across = paddedSide(from.width, to.width, scales.width);
  const down = paddedSide(from.height, to.height, scales.height);
  if (!across || !down) return undefined;
  const size = {
    width: across.before + from.width + across.after,
    height: down.before + from.height + down.after,
  };
  return megapixels(size) <= MOST_PADDED ? { across, down, size } : undefined;
}

/** How many px are to be `exact`, and are, where the result has so many more. */
interface Way {
  readonly more: number;
  readonly exact: number;
  readonly pad: number;
}
const off = ({ exact, pad }: Way) => Math.abs(pad - exact);

/** Both ends are padded alike, for a picture is scaled down from its middle; by whole squares of those px that are averaged first. */
function smaller(px: number, to: number, apart: number): PaddedSide | undefined {
  const averaged = (side: number, result: number) => Math.max(1, Math.floor(side / result / 2));
  const square = averaged(px, to);
  const most = Math.min(MOST_WAYS, Math.floor(mostOf(px) / 2 / apart));
  const ways = Array.from({ length: most }, (_, index): Way => {
    const exact = apart * (index + 1) + (apart * to - px) / 2;
    return { more: index + 1, exact, pad: square * Math.round(exact / square) };
  }).filter(({ more, pad }) => pad > 0 && averaged(px + 2 * pad, to + 2 * more) === square);
  const best = nearest(ways, apart);
  if (!best || (square > 1 && off(best) / square > TOLERANCE)) return undefined;
  return { before: best.pad, after: best.pad, scaled: to + 2 * best.more, cut: best.more };
}

/** A picture is scaled up from its beginning. */
function larger(px: number, to: number, apart: number): PaddedSide | undefined {
  const most = Math.min(MOST_WAYS, 1 + Math.floor(mostOf(px) / apart));
  const ways = Array.from({ length: most }, (_, more): Way => {
    const exact = apart * (to + more) - px;
    return { more, exact, pad: Math.round(exact) };
  }).filter(({ pad }) => pad >= 0);
  const best = nearest(ways, apart);
  return best && { before: 0, after: best.pad, scaled: to + best.more, cut: 0 };
}

/** The first that is close, else the closest; `apart` is how many px become one. */
function nearest(ways: readonly Way[], apart: number): Way | undefined {
  const close = ways.find((way) => off(way) / apart < CLOSE);
  return (
    close ??
    ways.reduce<Way | undefined>((best, way) => (best && off(best) <= off(way) ? best : way), undefined)
  );
}
