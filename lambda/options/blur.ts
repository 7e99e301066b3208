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

/** Sigma up to which libvips convolves many pixels at once. */
const fastSigma = 280;

/** ms per megapixel of one vCPU; the mask grows with sigma. */
const rateOf = (sigma: number) => (sigma > fastSigma ? 17 * sigma : 3 + 0.4 * sigma + 0.005 * sigma ** 2);

export const blurStep = step({
  name: "blur",
  needs: { blur },
  plan({ blur }) {
    if (blur < minSigma) return;
    const sigma = Math.min(blur, maxSigma);
    return { strokes: [stroke("blur", [{ sigma }], { rate: rateOf(sigma) })], canvas: { grey: false } };
  },
});
