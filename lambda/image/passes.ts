import { joins } from "../contract/sharp-order.ts";
import type { Stroke } from "../contract/stroke.ts";

/** Groups strokes that one sharp draws in the order they are planned. */
export function passes(strokes: readonly Stroke[]): readonly (readonly Stroke[])[] {
  const groups: Stroke[][] = [];
  for (const stroke of strokes) {
    const open = groups.at(-1);
    const earlier = open?.map(({ call }) => call) ?? [];
    // What is found by looking at the pixels needs them to be there.
    if (open && !stroke.attention && joins(stroke.call, earlier)) open.push(stroke);
    else groups.push([stroke]);
  }
  return groups;
}
