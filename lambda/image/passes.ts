import type { Box } from "../geometry.ts";
import { steps } from "../options/index.ts";
import type { Decision, Step } from "../options/option.ts";
import { rankOf } from "../sharp-order.ts";
import type { Stroke } from "./plan.ts";

/** The steps that draw, by name. */
export const drawing: ReadonlyMap<string, Step> = new Map(
  (steps as readonly (Step | Decision)[]).filter((step) => "draw" in step).map((step) => [step.name, step]),
);

const rank = ({ step }: Stroke): number => {
  const drawn = drawing.get(step);
  return drawn ? rankOf(drawn.calls) : -1;
};

/** A cut whose place is found by looking at the pixels, so they must be there. */
export interface SmartStroke extends Stroke {
  readonly stroke: Box & { readonly smart: true };
}

/** Tells those. */
export const isSmart = (stroke: Stroke): stroke is SmartStroke => "smart" in stroke.stroke;

/** Groups strokes that one sharp draws in the order they are planned. */
export function passes(strokes: readonly Stroke[]): readonly (readonly Stroke[])[] {
  const groups: Stroke[][] = [];
  for (const stroke of strokes) {
    const open = groups.at(-1);
    const last = open?.at(-1);
    if (open && last && !isSmart(stroke) && rank(stroke) > rank(last)) open.push(stroke);
    else groups.push([stroke]);
  }
  return groups;
}
