import type { Sharp } from "sharp";
import { findInside } from "../contract/border.ts";
import { channelsOf } from "../contract/color.ts";
import type { Box } from "../contract/geometry.ts";
import type { Deadline } from "../deadline.ts";
import { type Border, transparent, withoutBorder } from "../options/trim.ts";
import type { Opened } from "./decoders/decoder.ts";
import { openWithSharp } from "./decoders/sharp.ts";
import { withChunks } from "./metadata/png.ts";
import { spaceOf } from "./output.ts";
import type { ImageInfo } from "./plan.ts";
import { run } from "./run.ts";
import { lossless } from "./stage.ts";
import { toEnd } from "./steps.ts";

/** px; libvips looks at squares of this side. */
const LEAST_SIDE = 3;

/**
 * The source without its border, as a lossless file that is quickly read, with the metadata and the profile of the source.
 * It is decoded once, and held; what is too small to have a border is left as it is.
 */
export async function cutBorder(opened: Opened, border: Border, deadline: Deadline): Promise<Opened> {
  const { info } = opened;
  if (Math.min(info.width, info.height) < LEAST_SIDE) return opened;
  const held = async (image: Sharp) => {
    const { data } = await run(() => lossless(image, spaceOf(info)), deadline);
    return openWithSharp(withChunks(data, opened.metadata ?? {}), undefined, opened.keepsProfile);
  };
  const whole = await held(opened.pixels());
  const found = await inside(whole.pixels, border, deadline);
  const { left, top, width, height } = withoutBorder(found, info, border);
  const box = { left, top, width, height };
  const cut =
    width === info.width && height === info.height ? whole : await held(whole.pixels().extract(box));
  return {
    ...cut,
    metadata: opened.metadata ?? {},
    info: { ...info, ...still(info), width, height, vector: false, encoded: false },
  };
}

/** Of frames the first is left, of a source that moved all the same. */
const still = ({ animation }: ImageInfo): Partial<ImageInfo> =>
  animation ? { animation: undefined, animated: true } : {};

/** What stands out from the border; all of the picture where nothing does. */
async function inside(pixels: () => Sharp, { threshold, color }: Border, deadline: Deadline): Promise<Box> {
  const { data, info } = await run(() => pixels().flatten({ background: transparent }).raw(), deadline);
  const { width, height, channels } = info;
  const first = [...data.subarray(0, channels)];
  const sought = findInside({ data, width, height, channels }, color ? channelsOf(color) : first, threshold);
  return (await toEnd(sought, "trim", deadline)) ?? { left: 0, top: 0, width, height };
}
