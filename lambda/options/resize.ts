import { choice, factor, flag, px } from "../contract/args.ts";
import type { Canvas, Size } from "../contract/canvas.ts";
import { minSize, scale, turn } from "../contract/geometry.ts";
import { compound, option, type Settled, shorthand } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { RESIZE_RATE, stroke } from "../contract/stroke.ts";
import { formats } from "../formats.ts";
import { extend } from "./extend.ts";
import { gravity, planCut } from "./gravity.ts";
import { isQuarter, turning, turnOf } from "./orient.ts";

export const resizingType = option({
  name: "resizing_type",
  aliases: ["rt"],
  default: "fit",
  doc: "How the picture meets the size: fit inside it, fill it and be cut, fill-down (fill, but never enlarge), force both sides, or auto (fill when both lie or both stand, else fit).",
  example: "rt:fill",
  arg: choice(["fit", "fill", "fill-down", "force", "auto"]),
});

export const width = option({
  name: "width",
  aliases: ["w"],
  default: 0,
  doc: "Width in px; 0 follows from the height.",
  example: "w:300",
  arg: px(),
});

export const height = option({
  name: "height",
  aliases: ["h"],
  default: 0,
  doc: "Height in px; 0 follows from the width.",
  example: "h:200",
  arg: px(),
});

export const minWidth = option({
  name: "min-width",
  aliases: ["mw"],
  default: 0,
  doc: "Width in px the picture is enlarged to, even without enlarge.",
  example: "mw:300",
  arg: px(),
});

export const minHeight = option({
  name: "min-height",
  aliases: ["mh"],
  default: 0,
  doc: "Height in px the picture is enlarged to, even without enlarge.",
  example: "mh:200",
  arg: px(),
});

export const zoom = compound({
  name: "zoom",
  aliases: ["z"],
  doc: "Multiplies the size options for; one factor for both sides, or x and y.",
  example: "z:1.5:2",
  args: { x: factor(4), y: factor(4) },
  forgets: ({ x, y }) => (x !== undefined && y === undefined ? ["y"] : []),
});

export const dpr = option({
  name: "dpr",
  default: 1,
  doc: "Device pixels per CSS pixel: multiplies sizes, padding and offsets.",
  example: "dpr:2",
  arg: factor(4),
});

export const enlarge = option({
  name: "enlarge",
  aliases: ["el"],
  default: false,
  doc: "Allow the picture to grow beyond its source.",
  example: "el:1",
  arg: flag(),
});

export const size = shorthand({
  name: "size",
  aliases: ["s"],
  doc: "Width, height, enlarge and extend in one.",
  example: "s:300:200:1",
  of: [width, height, enlarge, extend],
});

export const resize = shorthand({
  name: "resize",
  aliases: ["rs"],
  doc: "Resizing type, width, height, enlarge and extend in one.",
  example: "rs:fill:300:200",
  of: [resizingType, width, height, enlarge, extend],
});

const sizing = { resizingType, width, height, minWidth, minHeight, zoom, dpr, enlarge, extend };
type Sizing = { readonly [K in keyof typeof sizing]: Settled<(typeof sizing)[K]> };

/** How much each side shrinks, and the device pixels the source had room for. Upright. */
interface Shrink {
  readonly x: number;
  readonly y: number;
  readonly dpr: number;
}

/** imgproxy's own order of operations on doubles: ties depend on it. */
function shrinkOf(options: Sizing, from: Size, vector: boolean): Shrink {
  let { x, y } = shrinkToType(options, from);
  x /= options.zoom.x ?? 1;
  y /= options.zoom.y ?? options.zoom.x ?? 1;

  let { dpr } = options;
  if (!options.enlarge && !vector) {
    const grows = Math.min(x, y);
    if (grows < 1) {
      x /= grows;
      y /= grows;
      // An extended picture keeps its layout in proportion; the others use what dpr leaves unused.
      if (!options.extend.enabled) dpr /= grows;
    }
    dpr = Math.min(dpr, x, y);
  }

  if (options.minWidth > 0 && from.width / options.minWidth < x) {
    const least = from.width / options.minWidth;
    y /= x / least;
    x = least;
  }
  if (options.minHeight > 0 && from.height / options.minHeight < y) {
    const least = from.height / options.minHeight;
    x /= y / least;
    y = least;
  }
  return { x: Math.min(x / dpr, from.width), y: Math.min(y / dpr, from.height), dpr };
}

function shrinkToType({ resizingType, width, height }: Sizing, from: Size): { x: number; y: number } {
  const to = { width: width || from.width, height: height || from.height };
  const x = to.width === from.width ? 1 : from.width / to.width;
  const y = to.height === from.height ? 1 : from.height / to.height;
  if (x === 1 && y === 1) return { x, y };

  const automatic = lies(from) === lies(to) ? "fill" : "fit";
  const type = resizingType === "auto" ? automatic : resizingType;
  if (type === "force") return { x, y };
  if (width === 0) return { x: y, y };
  if (height === 0) return { x, y: x };
  const both = type === "fit" ? Math.max(x, y) : Math.min(x, y);
  return { x: both, y: both };
}

const lies = ({ width, height }: Size) => width >= height;

/** The size asked for cut down in proportion where the scaled picture is too small for it; 0 sides stay. */
function fillDown(target: Size, scaled: Size): Size {
  const [across, down] = [target.width / scaled.width, target.height / scaled.height];
  if (across > down && across > 1) {
    return { width: scaled.width, height: scale(scaled.width, target.height / target.width) };
  }
  if (down > across && down > 1) {
    return { width: scale(scaled.height, target.width / target.height), height: scaled.height };
  }
  return target;
}

/** What the picture must grow to for the aspect ratio of `target`; zero when it has it, or none was asked for. */
function aspectOf(target: Size, picture: Size): Size {
  if (target.width === 0 || target.height === 0) return { width: 0, height: 0 };
  const [across, down] = [target.width / picture.width, target.height / picture.height];
  if (down > across) {
    return { width: picture.width, height: scale(picture.width, target.height / target.width) };
  }
  if (across > down) {
    return { width: scale(picture.height, target.width / target.height), height: picture.height };
  }
  return { width: 0, height: 0 };
}

/** Scales, and leaves to the later steps what they cut down and fill up to. */
export const scaleStep = step({
  name: "scale",
  needs: { ...sizing, ...turning },
  plan(options, canvas) {
    const turned = isQuarter(turnOf(options, canvas));
    const from = turn(canvas, turned);
    const shrink = shrinkOf(options, from, canvas.vector);
    const scales = {
      x: Math.max(canvas.shrink / shrink.x, 1 / from.width),
      y: Math.max(canvas.shrink / shrink.y, 1 / from.height),
    };
    const dpr = shrink.dpr * canvas.shrink;

    const scaled = { width: scale(from.width, scales.x), height: scale(from.height, scales.y) };
    const target = {
      width: scale(options.width, dpr * (options.zoom.x ?? 1)),
      height: scale(options.height, dpr * (options.zoom.y ?? options.zoom.x ?? 1)),
    };
    const fillsDown = options.resizingType === "fill-down" && !options.enlarge;
    const resultCrop = fillsDown ? fillDown(target, scaled) : target;
    const extendAspectRatio = aspectOf(target, minSize(scaled, resultCrop));
    const stored = turn(scaled, turned);
    const after = { ...stored, dpr, resultCrop, target, extendAspectRatio };
    if (stored.width === canvas.width && stored.height === canvas.height) return { canvas: after };
    const exact = exactSide(canvas, stored, turn({ width: scales.x, height: scales.y }, turned));
    const to = exact
      ? { [exact]: stored[exact], fit: "inside" as const }
      : { ...stored, fit: "fill" as const };
    return { strokes: [stroke("resize", [to], { rate: RESIZE_RATE })], canvas: after };
  },
});

/**
 * The side that says the scale by itself, when both sides share one scale and that side needs no rounding:
 * then sharp uses one factor for both, as imgproxy does. Not where decoding already shrinks, each side by its own
 * rounding, nor where the other side is so near a half that sharp's own division decides how it is rounded.
 */
function exactSide(from: Canvas, to: Size, scales: Size): "width" | "height" | undefined {
  if (scales.width !== scales.height || formats[from.format].shrinksOnLoad) return;
  const off = (side: "width" | "height") => Math.abs(from[side] * scales[side] - to[side]);
  if (off("width") < tiny && off("height") < 0.5 - tiny) return "width";
  return off("height") < tiny && off("width") < 0.5 - tiny ? "height" : undefined;
}

/** px; what doubles lose on the way. */
const tiny = 1e-6;

/** Cuts the scaled, upright picture down to the size asked for. */
export const resultCropStep = step({
  name: "resultCrop",
  needs: { gravity },
  plan({ gravity }, canvas) {
    const inner = {
      width: Math.min(canvas.resultCrop.width || canvas.width, canvas.width),
      height: Math.min(canvas.resultCrop.height || canvas.height, canvas.height),
    };
    return planCut("extractAfter", canvas, inner, gravity, canvas.dpr);
  },
});
