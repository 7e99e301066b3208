import type { Deadline } from "../deadline.ts";
import { Failure, InvalidSource, InvalidWatermark } from "../errors.ts";
import type { Format } from "../formats.ts";
import { imageType } from "../image-type.ts";
import type { Options } from "../options/index.ts";
import { assertResolution, type Limits } from "../options/limits.ts";
import type { Source } from "../source/download.ts";
import { openByProcess } from "./decoders/apart.ts";
import type { Decoder, Opened } from "./decoders/decoder.ts";
import { openHere } from "./decoders/here.ts";
import { openSvg } from "./decoders/svg.ts";

/** What is not opened here. */
const decoders: Readonly<Partial<Record<Format, Decoder>>> = {
  svg: openSvg,
  heic: openByProcess,
  jxl: openByProcess,
};

/** The source's file, and that of the watermark to be drawn on it. */
export interface Files extends Pick<Source, "bytes"> {
  readonly watermark?: Uint8Array | undefined;
}

/**
 * Opens a source, whatever its format, and the watermark that is to be drawn on it. Throws `InvalidSource`, `UnsupportedFormat` or
 * `BrokenSource` when nothing can be drawn of the one, `InvalidWatermark` of the other; `DeadlineExceeded` when a header takes too long.
 */
export async function open(
  { bytes, watermark }: Files,
  options: Options,
  limits: Limits,
  deadline: Deadline,
): Promise<Opened> {
  const opened = await openFile(bytes, options, limits, deadline);
  if (!watermark) return opened;
  const mark = await openWatermark(watermark, limits, deadline);
  return { ...opened, watermark: mark, info: { ...opened.info, watermark: mark.info } };
}

/** Of one that moves, its first frame. */
async function openWatermark(bytes: Uint8Array, limits: Limits, deadline: Deadline): Promise<Opened> {
  try {
    const opened = await openFile(bytes, {}, limits, deadline);
    assertResolution(opened.info, 1, limits);
    return { ...opened, info: { ...opened.info, animation: undefined } };
  } catch (cause) {
    throw cause instanceof Failure ? new InvalidWatermark(`watermark: ${cause.message}`, { cause }) : cause;
  }
}

async function openFile(
  bytes: Uint8Array,
  options: Options,
  limits: Limits,
  deadline: Deadline,
): Promise<Opened> {
  if (bytes.length === 0) throw new InvalidSource("0 bytes");
  const format = imageType(bytes);
  const unlimited = limits.unlimited.some((each) => each === format);
  const keepsProfile = options.strip_color_profile === false;
  const decode = (format && decoders[format]) ?? ((bytes) => openHere({ bytes, keepsProfile, unlimited }));
  const opened = await deadline.within("opening", Infinity, () => decode(bytes, options, limits, deadline));
  // How many frames are drawn shows in the plan.
  if (!opened.info.animation) assertResolution(opened.info, 1, limits);
  return opened;
}
