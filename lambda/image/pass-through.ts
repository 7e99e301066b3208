import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { UnsupportedFormat } from "../errors.ts";
import type { Options } from "../options/index.ts";
import type { Limits } from "../options/limits.ts";
import { isSkipped } from "../options/skip-processing.ts";
import { sanitizeApart } from "./apart.ts";
import type { Opened } from "./decoders/decoder.ts";
import { type Picture, upright } from "./picture.ts";

/**
 * A source that is answered as it is, an SVG sanitised; `undefined` when it is to be drawn. Throws `UnsupportedFormat` when an SVG
 * is asked of what is none, `BrokenSvg` when one is no XML, `Timeout` at the deadline.
 */
export async function passThrough(
  { bytes, info }: Pick<Opened, "bytes" | "info">,
  { format: requested, skip_processing = [] }: Options,
  { memory }: Limits,
  config: Config,
  deadline: Deadline,
): Promise<Picture | undefined> {
  const { format } = info;
  if (requested === "svg" && format !== "svg") throw new UnsupportedFormat(`format: svg of ${format}`);
  const skipped = [...config.skipProcessingFormats, ...skip_processing];
  const { alwaysRasterizeSvg } = config;
  if (!isSkipped(format, { requested, skipped, alwaysRasterizeSvg })) return undefined;
  const body =
    format === "svg" && config.sanitizeSvg ? await sanitizeApart({ bytes }, memory, deadline) : bytes;
  return { body, format, ...upright(info) };
}
