import { amount } from "../contract/args.ts";
import { option } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";

export const sharpen = option({
  name: "sharpen",
  aliases: ["sh"],
  default: 0,
  doc: "Sharpen; sigma of the mask in px of the result.",
  example: "sh:0.5",
  arg: amount("a sigma in px", 10),
});

/** Sigma; sharp takes no less and no more. */
const [minSigma, maxSigma] = [0.000_001, 10];

/** ms per megapixel of one vCPU; the mask grows with sigma. */
const rateOf = (sigma: number) => 80 + 2 * sigma + 0.3 * sigma ** 2;

export const sharpenStep = step({
  name: "sharpen",
  needs: { sharpen },
  plan({ sharpen }) {
    if (sharpen < minSigma) return;
    const sigma = Math.min(sharpen, maxSigma);
    return {
      strokes: [stroke("sharpen", [{ sigma, m1: 0, m2: 3 }], { rate: rateOf(sigma) })],
      canvas: { grey: false },
    };
  },
});
