import sharp, { type Sharp } from "sharp";
import type { Size } from "../contract/canvas.ts";
import type { Raw } from "../contract/step.ts";
import type { Deadline } from "../deadline.ts";
import type { Output } from "./output.ts";
import { run } from "./run.ts";

/** Pixels a pass begins with; each call begins anew. */
export interface Stage extends Size {
  readonly pixels: () => Sharp;
}

/** What has to come along from one pass to the next, beside pixels. */
type Kept = Pick<Output, "keepMetadata" | "turned"> & { readonly profile: boolean };

/** Ends a pass: raw pixels, or a lossless file where metadata or the profile must come along. */
export async function materialize(stage: Stage, kept: Kept, deadline: Deadline): Promise<Stage> {
  if (!kept.keepMetadata && !kept.profile) return stageOf(await rawOf(stage, deadline));
  const { width, height, pixels } = stage;
  const { data } = await run(() => keeping(pixels(), kept).png({ compressionLevel: 0 }), deadline);
  return { width, height, pixels: () => sharp(data, { ignoreIcc: kept.profile, limitInputPixels: false }) };
}

function keeping(image: Sharp, kept: Kept): Sharp {
  if (!kept.profile) return withMetadata(image, kept);
  return kept.keepMetadata ? image.keepMetadata() : image.keepIccProfile();
}

/** EXIF, XMP and IPTC stay. Colours are sRGB's, which a file without a profile says as well as one with it. */
export const withMetadata = (image: Sharp, { turned }: Pick<Output, "turned">) =>
  image.withMetadata(turned ? { orientation: 1 } : {}).withIccProfile("srgb", { attach: false });

/** The pixels themselves, drawn to their end. */
export async function rawOf({ width, height, pixels }: Stage, deadline: Deadline): Promise<Raw> {
  const { data, info } = await run(() => pixels().raw(), deadline);
  // The size is the planned one: sharp reports that of the last extract, even when it extended afterwards.
  return { data, width, height, channels: info.channels };
}

/** Raw pixels as a beginning. */
export const stageOf = ({ data, ...raw }: Raw): Stage => ({
  width: raw.width,
  height: raw.height,
  pixels: () => sharp(data, { raw, limitInputPixels: false }),
});
