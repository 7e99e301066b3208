import type { Canvas } from "./canvas.ts";
import type { OptionValues } from "./option.ts";
import type { Step } from "./step.ts";
import type { Stroke } from "./stroke.ts";

/** What steps plan, one after the other, and the canvas they leave. */
export interface Walked {
  readonly strokes: readonly Stroke[];
  readonly canvas: Canvas;
}

/** Takes a picture through steps, in order. */
export function walk(steps: readonly Step[], options: OptionValues, source: Canvas): Walked {
  const strokes: Stroke[] = [];
  let canvas = source;
  for (const step of steps) {
    const planned = step.plan(options, canvas);
    if (!planned) continue;
    canvas = { ...canvas, ...planned.canvas };
    const { width, height } = canvas;
    for (const stroke of planned.strokes ?? []) {
      strokes.push({ step: step.name, leaves: { width, height }, ...stroke });
      canvas = { ...canvas, encoded: false };
    }
  }
  return { strokes, canvas };
}
