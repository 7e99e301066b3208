import type { Deadline } from "../deadline.ts";
import { InternalError } from "../errors.ts";
import type { Border } from "../options/trim.ts";
import type { File, Opened } from "./decoders/decoder.ts";
import { ask } from "./drawing-child.ts";
import type { Picture } from "./picture.ts";
import type { ImageInfo, Plan } from "./plan.ts";

/** Reads a source's header as a decoder does, where that can be killed: at the deadline, or when it holds more than `memory` bytes. */
export async function openApart(file: File, memory: number, deadline: Deadline): Promise<ImageInfo> {
  const { info } = await ask({ file, left: deadline.left }, memory, deadline);
  if (!info) throw new InternalError("the drawing process opened nothing");
  return info;
}

/** Cuts off a border as `cutBorder` does, where that can be killed, as for `openApart`. */
export async function cutBorderApart(
  file: File,
  border: Border,
  memory: number,
  deadline: Deadline,
): Promise<{ readonly bytes: Uint8Array; readonly info: ImageInfo }> {
  const cut = await ask({ file: fileOf(file), border, left: deadline.left }, memory, deadline);
  if (!cut.info || !cut.bytes) throw new InternalError("the drawing process cut nothing");
  return { bytes: cut.bytes, info: cut.info };
}

/** Draws a plan as `render` does, where that can be killed, as for `openApart`. */
export async function renderApart(
  plan: Plan,
  { watermark, metadata, ...opened }: Pick<Opened, "bytes" | "density" | "metadata" | "watermark">,
  memory: number,
  deadline: Deadline,
): Promise<Picture> {
  const asked = {
    file: fileOf(opened),
    metadata,
    watermark: watermark && fileOf(watermark),
    plan,
    left: deadline.left,
  };
  const { picture } = await ask(asked, memory, deadline);
  if (!picture) throw new InternalError("the drawing process drew nothing");
  return picture;
}

/** What of it can be sent. */
const fileOf = ({ bytes, density, keepsProfile, unlimited }: File): File => ({
  bytes,
  density,
  keepsProfile,
  unlimited,
});

/** Makes an SVG harmless as `sanitize` does, where that can be killed, as for `openApart`. */
export async function sanitizeApart(
  { bytes }: File,
  memory: number,
  deadline: Deadline,
): Promise<Uint8Array> {
  const asked = { file: { bytes }, sanitize: true, left: deadline.left } as const;
  const { sanitized } = await ask(asked, memory, deadline);
  if (!sanitized) throw new InternalError("the drawing process sanitised nothing");
  return sanitized;
}
