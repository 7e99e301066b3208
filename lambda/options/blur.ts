import { amount } from "../contract/args.ts";
import { option } from "../contract/option.ts";
import { step } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";

export const blur = option({
  name: "blur",
  aliases: ["bl"],
  default: 0,
  doc: "Gaussian blur; sigma in px of the result.",
  example: "bl:2.5",
  arg: amount("a sigma in px", 100),
});

/** Sigma; below it libvips changes nothing, above it sharp takes no more. */
const [minSigma, maxSigma] = [0.3, 1000];

/** ms per megapixel of one vCPU. */
const RATE = 5;

export const blurStep = step({
  name: "blur",
  needs: { blur },
  plan({ blur }) {
    if (blur < minSigma) return;
    return { strokes: [stroke("blur", [{ sigma: Math.min(blur, maxSigma) }], { rate: RATE })] };
  },
});
