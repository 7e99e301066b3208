import { type Stroke, sharesPass } from "../contract/stroke.ts";

/** Whether the colours that strokes are given are still those of a profile, which has to come along. */
export const needsProfile = (strokes: readonly Stroke[]): boolean =>
  strokes.some(({ call }) => call === "withIccProfile");

/** Groups strokes that one sharp draws in the order they are planned. */
export function passes(strokes: readonly Stroke[]): readonly (readonly Stroke[])[] {
  const groups: Stroke[][] = [];
  for (const stroke of strokes) {
    const open = groups.at(-1);
    if (open && sharesPass(stroke, open)) open.push(stroke);
    else groups.push([stroke]);
  }
  return groups;
}
