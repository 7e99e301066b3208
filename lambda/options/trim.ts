import { amount, flag } from "../contract/args.ts";
import type { Size } from "../contract/canvas.ts";
import { hexColor } from "../contract/color.ts";
import type { Box } from "../contract/geometry.ts";
import { compound } from "../contract/option.ts";

export const trim = compound({
  name: "trim",
  aliases: ["t"],
  skipsBlanks: true,
  doc: "Cut off the border before all else: what differs from a colour, else from the top left px, by no more than a threshold (0 to 255). The same from left and right, or top and bottom, where asked. Pictures that move are left alone.",
  example: "t:10:ff00ff:1:0",
  args: { threshold: amount("a threshold", 255), color: hexColor(), equalHor: flag(), equalVer: flag() },
  forgets: ({ threshold, color }) => [
    ...(threshold === undefined ? (["threshold"] as const) : []),
    ...(color === undefined ? (["color"] as const) : []),
  ],
});

/** A border that is to be cut off. */
export interface Border {
  /** 0–255. */
  readonly threshold: number;
  /** `rrggbb`. @default that of the top left px */
  readonly color?: string;
  readonly equalHor?: boolean;
  readonly equalVer?: boolean;
}

/** What is transparent counts as this colour while a border is looked for. */
export const transparent = "#ff00ff";

/** What is kept of a picture in which `found` stands out from the border. */
export function withoutBorder({ left, top, width, height }: Box, outer: Size, border: Border): Box {
  const across = alongSide(left, width, outer.width, border.equalHor ?? false);
  const down = alongSide(top, height, outer.height, border.equalVer ?? false);
  return { left: across.from, top: down.from, width: across.px, height: down.px };
}

/** As much is cut off at both ends as at the one where less can be. */
function alongSide(from: number, px: number, outer: number, equal: boolean) {
  const least = Math.min(from, outer - from - px);
  return equal ? { from: least, px: outer - 2 * least } : { from, px };
}
