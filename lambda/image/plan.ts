import type { Config } from "../config/variables.ts";
import { type Canvas, framesOf, type Offers, type Size } from "../contract/canvas.ts";
import type { OptionValues } from "../contract/option.ts";
import type { Stroke } from "../contract/stroke.ts";
import { type Walked, walk } from "../contract/walk.ts";
import { everyStep, type Options } from "../options/index.ts";
import { assertResolution, type Limits } from "../options/limits.ts";
import { type Cost, costOf } from "./cost.ts";
import { assertDrawable, assertTellable } from "./drawable.ts";
import { framesDecoded } from "./frame-batches.ts";
import { isTold, type Output, outputOf } from "./output.ts";

/** What will be drawn, computed without pixels. */
export interface Plan {
  readonly strokes: readonly Stroke[];
  /** What the picture ends on. */
  readonly canvas: Canvas;
  readonly output: Output;
  /** How many frames of an animation are decoded at once. */
  readonly framesAtOnce: number;
  readonly cost: Cost;
}

/** What is known of a source before its pixels are. */
export type ImageInfo = Size &
  Pick<
    Canvas,
    | "orientation"
    | "alpha"
    | "grey"
    | "foreign"
    | "deep"
    | "profile"
    | "paletteBits"
    | "vector"
    | "format"
    | "encoded"
  > &
  Partial<Pick<Canvas, "animation" | "animated">> & {
    /** What is known of the watermark, where one is to be drawn. */
    readonly watermark?: ImageInfo;
  };

/** What holds of a plain picture: upright, opaque, 8 bits a channel of sRGB, nothing done to it yet. */
export const plainInfo = {
  orientation: 1,
  alpha: false,
  grey: false,
  foreign: false,
  deep: false,
  encoded: true,
  profile: false,
  paletteBits: 0,
  vector: false,
} as const satisfies Partial<ImageInfo>;

/** What to draw, of which source, for whom. Throws `InvalidSource` on frames too large, `ResultTooBig` on what could not be drawn. */
export function plan(
  options: Options,
  source: ImageInfo,
  offers: Offers,
  limits: Limits,
  config: Config,
): Plan {
  const drawn = within(source, limits.maxAnimationFrames);
  const start = { ...canvasOf(drawn, offers, config.watermarkOpacity), ...scalingOf(config) };
  const { strokes, canvas } = layOut(options, start, limits.maxResultDimension);
  // A still was held to it when it was opened.
  if (source.animation) assertResolution(source, framesOf(canvas), limits);
  assertDrawable(strokes, canvas, source, limits);
  const output = outputOf(options, { source: start, canvas }, config);
  if (isTold(output)) assertTellable(canvas, limits);
  const framesAtOnce = framesDecoded(source, canvas, output, limits);
  return {
    strokes,
    canvas,
    output,
    framesAtOnce,
    cost: costOf(source, strokes, canvas, output, framesAtOnce),
  };
}

/** The source with no more than its first frames; with one, it is a still. */
function within({ animation, animated = false, ...still }: ImageInfo, frames: number): ImageInfo {
  if (frames < 2) return still;
  if (!animation) return { ...still, animated };
  return { ...still, animation: { ...animation, delays: animation.delays.slice(0, frames) } };
}

/** How the environment has pictures scaled. In linear light nothing is left to the decoder. */
const scalingOf = ({ useLinearColorspace, disableShrinkOnLoad }: Config) => ({
  shrinksOnLoad: !disableShrinkOnLoad && !useLinearColorspace,
  linear: useLinearColorspace,
});

const nothing: Size = { width: 0, height: 0 };

/** A source before the first step, with the watermark that is to be drawn on it. */
export const canvasOf = (
  { watermark, ...source }: ImageInfo,
  offers: Offers,
  watermarkOpacity = 1,
): Canvas => ({
  ...source,
  animated: source.animated || source.animation !== undefined,
  animation: source.animation,
  ...(watermark && { watermark: { canvas: canvasOf(watermark, offers), opacity: watermarkOpacity } }),
  dpr: 1,
  shrink: 1,
  formatLimit: 1,
  shrinksOnLoad: true,
  linear: false,
  transparency: source.alpha,
  offers,
  encoded: source.encoded && source.animation === undefined,
  kept: nothing,
  scales: { width: 1, height: 1 },
  resultCrop: nothing,
  target: nothing,
  extendAspectRatio: nothing,
  expected: nothing,
});

/** All strokes in order. No side of their last canvas is longer than `limit` px, give or take rounding. */
export function layOut(options: OptionValues, source: Canvas, limit = Infinity): Walked {
  const wished = walk(everyStep, options, source);
  // Once its format makes it a still, its decoder may shrink it.
  if (source.animation && !wished.canvas.animation)
    return layOut(options, { ...source, animation: undefined, encoded: true }, limit);
  const { expected, formatLimit } = wished.canvas;
  const shrink = Math.min(formatLimit, limit / Math.max(expected.width, expected.height));
  return shrink < 1 ? walk(everyStep, options, { ...source, shrink }) : wished;
}
