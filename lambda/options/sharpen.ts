import { amount } from "../contract/args.ts";
import { option, step } from "../contract/option.ts";

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

export const sharpenStep = step({
  name: "sharpen",
  calls: "sharpen",
  needs: { sharpen },
  plan: ({ sharpen }) =>
    sharpen < minSigma ? undefined : { stroke: { sigma: Math.min(sharpen, maxSigma), m1: 0, m2: 3 } },
  draw: (image, mask) => image.sharpen(mask),
});
