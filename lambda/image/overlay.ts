import type { OverlayOptions } from "sharp";
import type { Overlay } from "../contract/stroke.ts";
import type { Deadline } from "../deadline.ts";
import { run } from "./run.ts";
import type { Stage } from "./stage.ts";

/** Draws a watermark to its end, takes from its alpha what is to be seen through it, and says how sharp lays it. */
export async function faded(
  { pixels, width, height }: Stage,
  { left, top, opacity }: Pick<Overlay, "left" | "top" | "opacity">,
  deadline: Deadline,
): Promise<OverlayOptions> {
  const { data } = await run(() => pixels().ensureAlpha().raw(), deadline);
  // Rounded to whole steps of alpha, which libvips does not: sharp takes no others.
  if (opacity < 1) {
    for (let at = 3; at < data.length; at += 4) data[at] = Math.round((data[at] ?? 0) * opacity);
  }
  return { input: data, raw: { width, height, channels: 4 }, left, top };
}
