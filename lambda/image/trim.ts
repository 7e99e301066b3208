import { megapixels } from "../contract/canvas.ts";
import { settled } from "../contract/step.ts";
import type { Deadline } from "../deadline.ts";
import { ResultTooBig } from "../errors.ts";
import { formats } from "../formats.ts";
import type { Options } from "../options/index.ts";
import type { Limits } from "../options/limits.ts";
import { type Border, trim } from "../options/trim.ts";
import { cutBorderApart } from "./apart.ts";
import { cutBorder } from "./border.ts";
import type { Opened } from "./decoders/decoder.ts";
import { openWithSharp } from "./decoders/sharp.ts";
import { DEAR } from "./draw.ts";
import { hasLeftovers } from "./run.ts";

/** bytes a pixel that looking for a border holds: the picture, a copy without transparency, and what is left of it. */
const BYTES_PER_PIXEL = 12;

/**
 * A source without its border, where that was asked for; the source as it is where it was not. Done where it can be killed when
 * the source is hostile or takes long to decode, as drawing is. Throws `ResultTooBig` when it takes more memory than drawing may.
 */
export async function trimmed(
  opened: Opened,
  options: Options,
  { memory }: Limits,
  deadline: Deadline,
): Promise<Opened> {
  const { threshold, ...border } = settled({ trim }, options).trim;
  if (threshold === undefined) return opened;
  const { info: origin } = opened;
  const { width, height, format, deep } = origin;
  const bytes = width * height * BYTES_PER_PIXEL * (deep ? 2 : 1);
  if (bytes > memory) throw new ResultTooBig(`trimming ${width}x${height} takes ${bytes} of ${memory} bytes`);

  const asked = { threshold, ...border };
  const dear = megapixels(origin) * formats[format].decodeMs >= DEAR;
  const apart = opened.hostile || dear || hasLeftovers();
  const cut = await (apart ? cutApart(opened, asked, memory, deadline) : cutBorder(opened, asked, deadline));
  if (!opened.watermark) return { ...cut, origin };
  const { watermark } = opened;
  return { ...cut, origin, watermark, info: { ...cut.info, watermark: watermark.info } };
}

async function cutApart(opened: Opened, border: Border, memory: number, deadline: Deadline): Promise<Opened> {
  const { bytes, info } = await cutBorderApart(opened, border, memory, deadline);
  const whole = await openWithSharp(bytes, undefined, opened.keepsProfile);
  // What was opened apart told nothing here, and the file has it.
  return { ...whole, metadata: opened.metadata ?? whole.metadata ?? {}, info };
}
