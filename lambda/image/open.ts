import type { Deadline } from "../deadline.ts";
import { InvalidSource } from "../errors.ts";
import type { Format } from "../formats.ts";
import { imageType } from "../image-type.ts";
import type { Options } from "../options/index.ts";
import { assertResolution, type Limits } from "../options/limits.ts";
import type { Source } from "../source/download.ts";
import type { Decoder, Opened } from "./decoders/decoder.ts";
import { openHere } from "./decoders/here.ts";
import { openSvg } from "./decoders/svg.ts";
import { trimmed } from "./trim.ts";

/** What is not opened here. */
const decoders: Readonly<Partial<Record<Format, Decoder>>> = { svg: openSvg };

/**
 * Opens a source, whatever its format, and cuts off its border where that is asked for. Throws `InvalidSource`, `UnsupportedFormat` or `BrokenSource` when nothing can be
 * drawn of it, `DeadlineExceeded` when its header takes too long.
 */
export async function open(
  { bytes }: Pick<Source, "bytes">,
  options: Options,
  limits: Limits,
  deadline: Deadline,
): Promise<Opened> {
  if (bytes.length === 0) throw new InvalidSource("0 bytes");
  const format = imageType(bytes);
  const decode = (format && decoders[format]) ?? ((bytes) => openHere({ bytes }));
  const opened = await deadline.within("opening", Infinity, () => decode(bytes, options, limits, deadline));
  // How many frames are drawn shows in the plan.
  if (!opened.info.animation) assertResolution(opened.info, 1, limits);
  return trimmed(opened, options, limits, deadline);
}
