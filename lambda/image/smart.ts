import type { Sharp } from "sharp";
import type { Size } from "../contract/canvas.ts";
import { type Box, clamp } from "../contract/geometry.ts";
import type { Deadline } from "../deadline.ts";
import { run } from "./run.ts";

/**
 * Where a box of the picture lies on what catches the eye. sharp looks for it only while it covers a size,
 * so it covers the box's once, cheaply, and the point it found is scaled back.
 */
export async function findAttention(
  pixels: () => Sharp,
  box: Size,
  outer: Size,
  deadline: Deadline,
): Promise<Box> {
  const { width, height } = box;
  const covered = () => pixels().resize(width, height, { fit: "cover", position: "attention" }).raw();
  const { info } = await run(covered, deadline);
  const shrink = Math.min(outer.width / width, outer.height / height);
  const around = (focus: number, inner: number, side: number) =>
    clamp(Math.trunc(focus * shrink) - Math.trunc(inner / 2), side - inner);
  return {
    left: around(info.attentionX ?? width / 2, width, outer.width),
    top: around(info.attentionY ?? height / 2, height, outer.height),
    width,
    height,
  };
}
