import { flag } from "../contract/args.ts";
import type { Canvas } from "../contract/canvas.ts";
import { option } from "../contract/option.ts";
import { outputPart } from "../contract/output-part.ts";
import { type Planned, step } from "../contract/step.ts";
import { stroke } from "../contract/stroke.ts";
import { formats } from "../formats.ts";

export const stripColorProfile = option({
  name: "strip_color_profile",
  aliases: ["scp"],
  default: true,
  doc: "Make the colours sRGB's and drop the profile; otherwise both stay, where the format can hold a profile.",
  example: "scp:0",
  arg: flag(),
});

export const preserveHdr = option({
  name: "preserve_hdr",
  aliases: ["ph"],
  default: false,
  doc: "Keep more than 8 bits a channel, where the source has them and PNG, TIFF or AVIF is answered.",
  example: "ph:1",
  arg: flag(),
});

export const enforceThumbnail = option({
  name: "enforce_thumbnail",
  aliases: ["eth"],
  default: false,
  doc: "Accepted; no thumbnail of a file is read.",
  example: "eth:1",
  arg: flag(),
});

/** ms per megapixel of one vCPU. */
const RATE = 12;

const toStandard: Planned = {
  strokes: [stroke("withIccProfile", ["srgb", { attach: false }], { rate: RATE })],
  canvas: { profile: false },
};

/**
 * Makes the colours sRGB's, once the picture is small: scaling and filters work in the source's own, as in imgproxy.
 * What is painted beside the picture comes later, for its colours are sRGB's already.
 */
export const profileStep = step({
  name: "profile",
  needs: { stripColorProfile },
  plan: ({ stripColorProfile }, { profile }) => (profile && stripColorProfile ? toStandard : undefined),
});

/** Of animations, WebP holds one. */
const holdsProfile = ({ format, animation }: Canvas) =>
  formats[format].profiles && (!animation || format === "webp");

/** The same for a profile that was to be kept, and that the format cannot hold. */
export const lostProfileStep = step({
  name: "lostProfile",
  needs: {},
  plan: (_, canvas) => (canvas.profile && !holdsProfile(canvas) ? toStandard : undefined),
});

export const profileOutput = outputPart({ stripColorProfile, preserveHdr }, (options, { canvas }) => ({
  /** The profile of the source, where it has one. */
  keepsProfile: !options.stripColorProfile && holdsProfile(canvas),
  /** Has more than 8 bits a channel, and is written so. */
  deep: options.preserveHdr && canvas.deep && formats[canvas.format].deep,
}));
