import sharp, { type Sharp } from "sharp";
import type { Size } from "../contract/canvas.ts";
import type { Raw } from "../contract/step.ts";
import type { Deadline } from "../deadline.ts";
import { type Space, spaceOf } from "./output.ts";
import { run } from "./run.ts";

/** Pixels a pass begins with; each call begins anew. */
export interface Stage extends Size {
  readonly pixels: () => Sharp;
  /** More than 8 bits a channel are to come along from one pass to the next. @default false */
  readonly deep?: boolean;
}

/** What has to come along from one pass to the next, beside pixels. */
interface Kept {
  readonly profile: boolean;
}

/** Ends a pass: raw pixels, or a lossless file where the profile or 16 bits must come along. */
export async function materialize(stage: Stage, { profile }: Kept, deadline: Deadline): Promise<Stage> {
  const { pixels, deep = false } = stage;
  if (!profile && !deep) return stageOf(await rawOf(stage, deadline));
  const kept = () => (profile ? pixels().keepIccProfile() : pixels());
  const { data } = await run(() => lossless(kept(), spaceOf({ grey: false, deep })), deadline);
  return { ...stage, pixels: () => sharp(data, { ignoreIcc: true, limitInputPixels: false }) };
}

/** The file that loses nothing of a picture and is quickly written. */
export const lossless = (image: Sharp, space: Space): Sharp =>
  image.toColourspace(space).png({ compressionLevel: 0 });

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
