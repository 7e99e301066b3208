import type { Size } from "../contract/canvas.ts";
import { minNonZero, minSize, scale, turn } from "../contract/geometry.ts";
import type { Settled, ValueOf } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { crop, keptOf } from "./crop.ts";
import { extendAspectRatio } from "./extend.ts";
import { isQuarter, turning, turnOf } from "./orient.ts";
import { edgesOf, padding } from "./padding.ts";
import { sizing } from "./resize.ts";

type Sizing = { readonly [K in keyof typeof sizing]: Settled<(typeof sizing)[K]> };
type Extending = Pick<Sizing, "extend"> & { readonly extendAspectRatio: ValueOf<typeof extendAspectRatio> };

/** Settles, before anything is drawn, what is cut out, how it is scaled, and what the later steps cut down and fill up to. */
export const layoutStep = step({
  name: "layout",
  needs: { ...sizing, ...turning, crop, extendAspectRatio, padding },
  plan(options, canvas) {
    const turned = isQuarter(turnOf(options, canvas));
    const upright = turn(canvas, turned);
    const kept = keptOf(options.crop, upright);
    const from = {
      width: minNonZero(kept.width, upright.width),
      height: minNonZero(kept.height, upright.height),
    };
    const shrink = shrinkOf(options, from, canvas.vector);
    const scales = {
      width: Math.max((1 / shrink.x) * canvas.shrink, 1 / from.width),
      height: Math.max((1 / shrink.y) * canvas.shrink, 1 / from.height),
    };
    const dpr = shrink.dpr * canvas.shrink;

    // Not what the resampler makes of it, but what imgproxy takes it for here.
    const scaled = { width: scale(from.width, scales.width), height: scale(from.height, scales.height) };
    const target = {
      width: scale(options.width, dpr * (options.zoom.x ?? 1)),
      height: scale(options.height, dpr * (options.zoom.y ?? options.zoom.x ?? 1)),
    };
    const fillsDown = options.resizingType === "fill-down" && !options.enlarge;
    const resultCrop = fillsDown ? fillDown(target, scaled) : target;
    const cropped = minSize(scaled, resultCrop);
    const aspect = aspectOf(target, cropped);
    const expected = padded(extended(options, cropped, target, aspect), options.padding, dpr);
    const stored = { kept: turn(kept, turned), scales: turn(scales, turned) };
    return { canvas: { ...stored, dpr, resultCrop, target, extendAspectRatio: aspect, expected } };
  },
});

function extended({ extend, extendAspectRatio }: Extending, from: Size, target: Size, aspect: Size): Size {
  if (extend.enabled) return maxSize(from, target);
  return extendAspectRatio.enabled ? maxSize(from, aspect) : from;
}

const maxSize = (a: Size, b: Size): Size => ({
  width: Math.max(a.width, b.width),
  height: Math.max(a.height, b.height),
});

function padded({ width, height }: Size, space: ValueOf<typeof padding>, dpr: number): Size {
  const { top, right, bottom, left } = edgesOf(space, dpr);
  return { width: left + width + right, height: top + height + bottom };
}

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
