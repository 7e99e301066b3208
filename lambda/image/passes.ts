import type { Step } from "../contract/option.ts";
import { joins } from "../contract/sharp-order.ts";
import { everyStep } from "../options/index.ts";
import { isSmart, type Stroke } from "./stroke.ts";

/** The steps that draw, by name. */
export const drawing: ReadonlyMap<string, Step> = new Map(
  everyStep.filter((step) => "draw" in step).map((step) => [step.name, step]),
);

const callOf = ({ step }: Stroke) => drawing.get(step)?.calls;

/** Groups strokes that one sharp draws in the order they are planned. */
export function passes(strokes: readonly Stroke[]): readonly (readonly Stroke[])[] {
  const groups: Stroke[][] = [];
  for (const stroke of strokes) {
    const open = groups.at(-1);
    const call = callOf(stroke);
    const earlier = open?.flatMap((one) => callOf(one) ?? []) ?? [];
    if (open && call && !isSmart(stroke) && joins(call, earlier)) open.push(stroke);
    else groups.push([stroke]);
  }
  return groups;
}
