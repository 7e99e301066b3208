import type { ResizeOptions } from "sharp";
import { type Format, formats } from "../formats.ts";
import type { Size } from "./canvas.ts";
import { scale } from "./geometry.ts";

/** px that the resampler makes of a side. Its rounding is not that of sizes: 160 px by 19/320 are 10, not 9. */
export const resampled = (px: number, by: number) =>
  Math.max(1, Math.floor((by < 1 ? px / (1 / by) : px * by) + 0.5));

/** Both sides by factors of their own. */
export const resampledSize = (size: Size, scales: Size): Size => ({
  width: resampled(size.width, scales.width),
  height: resampled(size.height, scales.height),
});

/** A picture that is to be scaled. */
export interface Scaled extends Size {
  readonly format: Format;
  /** Nothing has been drawn yet: its decoder may shrink it. */
  readonly encoded: boolean;
}

/**
 * The picture as imgproxy has the decoder shrink it for these scales; as it is where it would not. A JPEG is shrunk by
 * 8, 4 or 2, and its last pixels are lost; what else shrinks on load is loaded at the size it is to have.
 */
export function loadedAt(from: Scaled, scales: Size): Size {
  if (!from.encoded || !formats[from.format].shrinksOnLoad) return from;
  if (from.format !== "jpeg") {
    const shrink = shrinkOf(from, scales);
    if (shrink < 1 && from.format !== "svg") return from;
    // librsvg draws half a px as a whole one, also where doubles fall short of the half.
    const loaded = (px: number) => Math.max(1, scale(px, 1 / shrink + tiny / px));
    return { width: loaded(from.width), height: loaded(from.height) };
  }
  const times = jpegShrink(from, scales);
  return { width: Math.floor(from.width / times), height: Math.floor(from.height / times) };
}

/** By how much imgproxy has the decoder shrink a JPEG for these scales. */
export const jpegShrink = (from: Size, scales: Size): number =>
  [8, 4, 2].find((times) => shrinkOf(from, scales) >= times) ?? 1;

/** How many times both sides shrink at least. */
const shrinkOf = ({ width, height }: Size, scales: Size): number =>
  Math.min(width / scale(width, scales.width), height / scale(height, scales.height));

/** What the sides of the loaded picture are still to be multiplied by. */
export function scalesAfter(from: Size, loaded: Size, scales: Size): Size {
  const rest = (side: "width" | "height") =>
    loaded[side] === scale(from[side], scales[side]) ? 1 : scales[side] * (from[side] / loaded[side]);
  return { width: rest("width"), height: rest("height") };
}

/** The size that the decoder and the resampler make of a picture. */
export function scaledBy(from: Scaled, scales: Size): Size {
  const loaded = loadedAt(from, scales);
  return resampledSize(loaded, scalesAfter(from, loaded, scales));
}

/** A way to tell sharp of a scale, and by how many px the sides it aims at miss it. */
interface Way {
  readonly options: ResizeOptions;
  readonly off: number;
}

/**
 * How sharp is told to multiply the sides by `scales`, which makes them `to`. It takes whole sides: told both it stretches
 * the picture to them, told one it keeps the proportion, as if it were told a factor. What comes nearest is taken.
 */
export const handedOn = (from: Scaled, to: Size, scales: Size): ResizeOptions =>
  nearestWay(from, to, scales).options;

/** Whether sharp multiplies the sides by these very `scales`, or is not to scale what a decoder has scaled. */
export function isExact(from: Scaled, to: Size, scales: Size): boolean {
  const loaded = loadedAt(from, scales);
  const shrunk = loaded.width !== from.width || loaded.height !== from.height;
  return shrunk || nearestWay(from, to, scales).off < tiny;
}

function nearestWay(from: Scaled, to: Size, scales: Size): Way {
  const wished = { width: from.width * scales.width, height: from.height * scales.height };
  const off = ({ width, height }: Size) =>
    Math.max(Math.abs(width - wished.width), Math.abs(height - wished.height));
  const stretched: Way = { options: { ...to, fit: "fill" }, off: off(to) };
  // WebP and SVG are loaded at the size they are to have.
  if (from.format !== "jpeg" && loadedAt(from, scales) !== from) return stretched;

  const bySide = (["width", "height"] as const).flatMap((side): Way[] => {
    const { aims, makes } = inProportion(from, side, to[side]);
    const fits = makes.width === to.width && makes.height === to.height;
    return fits ? [{ options: { [side]: to[side], fit: "inside" }, off: off(aims) }] : [];
  });
  return [...bySide, stretched].reduce((best, way) => (way.off < best.off - tiny ? way : best));
}

/** px; what doubles lose on the way. */
const tiny = 1e-6;

/** What sharp aims at, and makes, when it is told one side only. */
function inProportion(from: Scaled, side: "width" | "height", px: number) {
  const loaded = loadedBySharp(from, from[side] / px);
  const by = 1 / (loaded[side] / px);
  return {
    aims: { width: loaded.width * by, height: loaded.height * by },
    makes: resampledSize(loaded, { width: by, height: by }),
  };
}

/** By how much sharp has the decoder shrink a JPEG that is to shrink so many times: it leaves some for the resampler to do. */
export function timesLoaded(shrink: number): number {
  const most = [8, 4, 2].find((times) => shrink >= times) ?? 1;
  return most > 1 && Math.trunc(shrink) === most ? most / 2 : most;
}

/** What sharp has the decoder make of a picture that is to shrink so many times. */
function loadedBySharp({ width, height, format, encoded }: Scaled, shrink: number): Size {
  if (!encoded || format !== "jpeg") return { width, height };
  const times = timesLoaded(shrink);
  return { width: Math.floor(width / times), height: Math.floor(height / times) };
}
