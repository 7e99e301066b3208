import type { Canvas, Size } from "../contract/canvas.ts";
import { handedOn, scaledBy } from "../contract/resampling.ts";
import { type Planned, step } from "../contract/step.ts";
import { RESIZE_RATE, stroke } from "../contract/stroke.ts";
import { gravity, planCut } from "./gravity.ts";

/** Multiplies the sides by what is left of their scales. */
export const scaleStep = step({
  name: "scale",
  needs: {},
  plan: (_, canvas) => planResize(canvas, canvas.scales),
});

/** Plans to multiply both sides, each by its factor; nothing when that changes neither. */
export function planResize(from: Canvas, scales: Size): Planned | undefined {
  const to = scaledBy(from, scales);
  if (to.width === from.width && to.height === from.height) return;
  const resize = stroke("resize", [handedOn(from, to, scales)], { rate: RESIZE_RATE, leaves: to });
  return { strokes: [resize], canvas: to };
}

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
