import { step } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";

/** ms per megapixel of one vCPU. */
const RATE = 12;

/**
 * Makes the colours sRGB's, once the picture is small: scaling and filters work in the source's own, as in imgproxy.
 * What is painted beside the picture comes later, for its colours are sRGB's already.
 */
export const profileStep = step({
  name: "profile",
  needs: {},
  plan(_, { profile }) {
    if (!profile) return;
    return {
      strokes: [stroke("withIccProfile", ["srgb", { attach: false }], { rate: RATE })],
      canvas: { profile: false },
    };
  },
});
