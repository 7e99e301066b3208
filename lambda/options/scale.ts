import type { Canvas, Size } from "../contract/canvas.ts";
import { type Padded, paddedFor } from "../contract/padded.ts";
import { handedOn, isExact, scaledBy } from "../contract/resampling.ts";
import { type Planned, step } from "../contract/step.ts";
import { type PlannedStroke, RESIZE_RATE, stroke } from "../contract/stroke.ts";
import { formats } from "../formats.ts";
import { gravity, planCut } from "./gravity.ts";

/**
 * Has a picture decoded whole that its decoder would shrink, where the environment asks for that. Shapes have no size of their
 * own; and what is read into sRGB is, before it becomes linear.
 */
export const decodeStep = step({
  name: "decode",
  needs: {},
  plan(_, { encoded, shrinksOnLoad, linear, foreign, vector, format, width, height }) {
    if (!encoded || vector) return;
    const whole = stroke("extractBefore", [{ left: 0, top: 0, width, height }]);
    if (foreign && (linear || !shrinksOnLoad)) return { strokes: [whole] };
    if (shrinksOnLoad || !formats[format].shrinksOnLoad) return;
    return { strokes: [stroke("decodeWhole", ["srgb"])] };
  },
});

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
  const padded = isExact(from, to, scales) ? undefined : paddedFor(from, to, scales);
  if (padded) return { strokes: scaledPadded(from, to, padded), canvas: to };
  const resize = stroke("resize", [handedOn(from, to, scales)], { rate: RESIZE_RATE, leaves: to });
  return { strokes: from.linear ? [linearise(from), resize] : [resize], canvas: to };
}

/** Pads a picture with copies of its edges, scales it, and cuts off what they became. */
function scaledPadded(from: Canvas, { width, height }: Size, padded: Padded): readonly PlannedStroke[] {
  const { across, down, size } = padded;
  const scaled = { width: across.scaled, height: down.scaled };
  const edges = { left: across.before, right: across.after, top: down.before, bottom: down.after };
  return [
    stroke("extend", [{ ...edges, extendWith: "copy" }], { leaves: size }),
    ...(from.linear ? [linearise(size)] : []),
    stroke("resize", [{ ...scaled, fit: "fill" }], { rate: RESIZE_RATE, leaves: scaled }),
    stroke("extractAfter", [{ left: across.cut, top: down.cut, width, height }]),
  ];
}

/** ms per megapixel of one vCPU that making a picture linear takes, scaling it so, and making it as it was. */
const LINEAR_RATE = 15;

const linearise = ({ width, height }: Size) =>
  stroke("linearise", ["scrgb"], { rate: LINEAR_RATE, leaves: { width, height } });

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
