import { amount } from "../contract/args.ts";
import { beforeTurn, minNonZero, scale, turn } from "../contract/geometry.ts";
import { compound } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { gravity, gravityArg, planCut } from "./gravity.ts";
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

/** The crop is cut from the pixels as they are stored, so what it holds on to is turned back first. */
export const cropStep = step({
  name: "crop",
  needs: { crop, gravity, ...turning },
  plan({ crop, gravity, ...turns }, canvas) {
    const turned = turnOf(turns, canvas);
    const upright = turn(canvas, isQuarter(turned));
    const inner = turn(
      {
        width: minNonZero(kept(crop.width ?? 0, upright.width), upright.width),
        height: minNonZero(kept(crop.height ?? 0, upright.height), upright.height),
      },
      isQuarter(turned),
    );
    return planCut("extractBefore", canvas, inner, beforeTurn(crop.gravity ?? gravity, turned), 1);
  },
});
