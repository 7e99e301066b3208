import { amount } from "../contract/args.ts";
import { option, step } from "../contract/option.ts";

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

export const blurStep = step({
  name: "blur",
  calls: "blur",
  needs: { blur },
  plan: ({ blur }) => (blur < minSigma ? undefined : { stroke: { sigma: Math.min(blur, maxSigma) } }),
  draw: (image, { sigma }) => image.blur(sigma),
});
