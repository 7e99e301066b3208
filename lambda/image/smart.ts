import type { Sharp } from "sharp";
import type { Size } from "../contract/canvas.ts";
import type { Box } from "../contract/geometry.ts";
import type { Deadline } from "../deadline.ts";
import { run } from "./run.ts";

/**
 * Where a box of the picture lies on what catches the eye. sharp looks for it only while it covers a size; told not to
 * shrink for that, it looks at the picture itself, as imgproxy does.
 */
export async function findAttention(
  pixels: () => Sharp,
  { width, height }: Size,
  deadline: Deadline,
): Promise<Box> {
  const cover = { fit: "cover", position: "attention", withoutReduction: true } as const;
  const { info } = await run(() => pixels().resize(width, height, cover).raw(), deadline);
  return { left: -(info.cropOffsetLeft ?? 0), top: -(info.cropOffsetTop ?? 0), width, height };
}
