import { px } from "../contract/args.ts";
import { scaleToEven } from "../contract/geometry.ts";
import { compound, type ValueOf } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";
import { background, groundOf } from "./background.ts";
import { format } from "./format.ts";

export const padding = compound({
  name: "padding",
  aliases: ["pd"],
  skipsBlanks: true,
  doc: "Space around the finished picture, CSS style: right and bottom follow top, left follows right. Scaled by dpr, painted by background.",
  example: "pd:20:40",
  args: { top: px(), right: px(), bottom: px(), left: px() },
  forgets: ({ top, right, bottom, left }) => [
    ...(top !== undefined && right === undefined ? (["right"] as const) : []),
    ...(top !== undefined && bottom === undefined ? (["bottom"] as const) : []),
    ...((top ?? right) !== undefined && left === undefined ? (["left"] as const) : []),
  ],
});

/** Space at each edge, px of the picture. */
export function edgesOf(
  { top = 0, right = top, bottom = top, left = right }: ValueOf<typeof padding>,
  dpr: number,
) {
  const scaled = (px: number) => scaleToEven(px, dpr);
  return { top: scaled(top), right: scaled(right), bottom: scaled(bottom), left: scaled(left) };
}

export const padStep = step({
  name: "pad",
  needs: { padding, background, format },
  plan({ padding, ...paint }, canvas) {
    const { top = 0, right = top, bottom = top, left = right } = padding;
    if (!(top || right || bottom || left)) return;

    const edges = edgesOf(padding, canvas.dpr);
    const ground = groundOf(paint, canvas);
    return {
      strokes: [stroke("extend", [{ ...edges, background: ground.color }])],
      canvas: {
        width: edges.left + canvas.width + edges.right,
        height: edges.top + canvas.height + edges.bottom,
        alpha: ground.alpha,
        transparency: true,
      },
    };
  },
});
