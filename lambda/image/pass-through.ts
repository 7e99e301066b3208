import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { UnsupportedFormat } from "../errors.ts";
import { imageType } from "../image-type.ts";
import { assertResolution } from "../options/limits.ts";
import { isSkipped } from "../options/skip-processing.ts";
import type { Source } from "../source/download.ts";
import type { ImageRequest } from "../url/parse.ts";
import { sanitizeApart } from "./apart.ts";
import { open } from "./open.ts";
import { type Made, upright } from "./picture.ts";

/**
 * A source that is answered as it is, an SVG sanitised; `undefined` when it is to be drawn. It is opened all the same: what could
 * not be drawn is refused. Throws as `open` does, `UnsupportedFormat` when an SVG is asked of what is none, `BrokenSvg` when one
 * is no XML, `Timeout` at the deadline.
 */
export async function passThrough(
  { bytes }: Pick<Source, "bytes">,
  { options, limits }: Pick<ImageRequest, "options" | "limits">,
  config: Config,
  deadline: Deadline,
): Promise<Made | undefined> {
  const { format: requested, skip_processing = [] } = options;
  const { alwaysRasterizeSvg, skipProcessingFormats, sanitizeSvg } = config;
  const format = imageType(bytes);
  const skipped = [...skipProcessingFormats, ...skip_processing];
  const passes = format && isSkipped(format, { requested, skipped, alwaysRasterizeSvg });
  if (!format || !(passes || requested === "svg")) return undefined;

  const { info: origin } = await open({ bytes }, {}, limits, deadline);
  if (!passes) throw new UnsupportedFormat(`format: svg of ${format}`);
  // Of an animation imgproxy has one frame in hand here, and holds that to the limit.
  assertResolution(origin, 1, limits);
  const sanitizes = format === "svg" && sanitizeSvg;
  const body = sanitizes ? await sanitizeApart({ bytes }, limits.memory, deadline) : bytes;
  return { picture: { body, format, ...upright(origin) }, origin, cost: 0 };
}
