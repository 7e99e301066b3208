import { amount } from "../contract/args.ts";
import type { Size } from "../contract/canvas.ts";
import { beforeTurn, closer, minSize, scale, turn } from "../contract/geometry.ts";
import { compound } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { gravity, gravityArg } from "./gravity.ts";
import { planCutOnLoad } from "./load.ts";
import { isQuarter, turning, turnOf } from "./orient.ts";

const side = () => amount("a size in px, or below 1 a fraction,", 4096);

export const crop = compound({
  name: "crop",
  aliases: ["c"],
  doc: "Cut before resizing. Sizes of 1 or more are px, below 1 fractions of the side, 0 the whole side. Without a gravity of its own it follows gravity.",
  example: "c:0.5:300:nowe:10:20",
  args: { width: side(), height: side(), gravity: gravityArg(["sm"]) },
});

/** px of the side that is kept; 0 keeps all. */
function kept(side: number, px: number): number {
  if (side === 0) return 0;
  return side >= 1 ? Math.trunc(side) : Math.max(1, scale(px, side));
}

/** What is kept of an upright picture, px; 0 where all of a side is. */
export const keptOf = (crop: { readonly width?: number; readonly height?: number }, upright: Size): Size => ({
  width: kept(crop.width ?? 0, upright.width),
  height: kept(crop.height ?? 0, upright.height),
});

/** The crop is cut from the pixels as they are stored, so what it holds on to is turned back first. */
export const cropStep = step({
  name: "crop",
  needs: { crop, gravity, ...turning },
  plan({ crop, gravity, ...turns }, canvas) {
    const inner = minSize(canvas.kept, canvas);
    if (inner.width === canvas.width && inner.height === canvas.height) return;
    const turned = turnOf(turns, canvas);
    const held = crop.gravity ?? gravity;
    return planCutOnLoad(canvas, (apart) => beforeTurn(closer(held, turn(apart, isQuarter(turned))), turned));
  },
});
