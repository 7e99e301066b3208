import type { Canvas, Offers, Size } from "../canvas.ts";
import type { Config } from "../config.ts";
import { ResultTooBig } from "../errors.ts";
import { type Options, steps } from "../options/index.ts";
import type { Asked, Decision, Step } from "../options/option.ts";
import { type Cost, costOf } from "./cost.ts";
import { type Output, outputOf } from "./output.ts";

/** One stroke, planned: what will be drawn, as plain data. */
export interface Stroke {
  readonly step: string;
  readonly stroke: object;
  /** The picture afterwards, px. */
  readonly leaves: Size;
}

/** What will be drawn, computed without pixels. */
export interface Plan {
  readonly strokes: readonly Stroke[];
  /** What the picture ends on. */
  readonly canvas: Canvas;
  readonly output: Output;
  readonly cost: Cost;
}

/** What is known of a source before its pixels are. */
export interface SourceFacts extends Size {
  readonly orientation: number;
  readonly alpha: boolean;
  readonly grey: boolean;
  readonly vector: boolean;
  readonly format: Canvas["format"];
}

/** What to draw, of which source, for whom. Throws `ResultTooBig` when it would hold more than `IMGPROXY_MAX_SRC_RESOLUTION`. */
export function plan(asked: Options, source: SourceFacts, offers: Offers, config: Config): Plan {
  const start = canvasOf(source, offers);
  const { strokes, canvas } = layOut(asked, start, config.maxResultDimension || Infinity);
  const megapixels = (canvas.width * canvas.height) / 1e6;
  if (megapixels > Math.max(config.maxSrcResolution, (source.width * source.height) / 1e6)) {
    throw new ResultTooBig(`${canvas.width}x${canvas.height}: ${config.maxSrcResolution} megapixels at most`);
  }
  return {
    strokes,
    canvas,
    output: outputOf(asked, source, canvas, config),
    cost: costOf(source, strokes, canvas),
  };
}

const nothing: Size = { width: 0, height: 0 };

/** A source before the first step. */
export const canvasOf = (source: SourceFacts, offers: Offers): Canvas => ({
  ...source,
  dpr: 1,
  shrink: 1,
  offers,
  window: nothing,
  target: nothing,
  aspect: nothing,
});

/** All strokes in order. No side of their last canvas is longer than `limit` px, give or take rounding. */
export function layOut(asked: Asked, source: Canvas, limit = Infinity): Pick<Plan, "strokes" | "canvas"> {
  const wished = walk(asked, source);
  const longest = Math.max(wished.canvas.width, wished.canvas.height);
  return longest <= limit ? wished : walk(asked, { ...source, shrink: limit / longest });
}

function walk(asked: Asked, source: Canvas): Pick<Plan, "strokes" | "canvas"> {
  const strokes: Stroke[] = [];
  let canvas = source;
  for (const step of steps as readonly (Step | Decision)[]) {
    const planned = step.plan(settled(step, asked), canvas);
    if (!planned) continue;
    canvas = { ...canvas, ...planned.canvas };
    const { width, height } = canvas;
    if (planned.stroke) strokes.push({ step: step.name, stroke: planned.stroke, leaves: { width, height } });
  }
  return { strokes, canvas };
}

const settled = ({ needs }: Pick<Step, "needs">, asked: Asked) =>
  Object.fromEntries(
    Object.entries(needs).map(([key, { name, default: otherwise }]) => [key, asked[name] ?? otherwise]),
  );
