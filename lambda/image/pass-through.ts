import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { UnsupportedFormat } from "../errors.ts";
import type { Options } from "../options/index.ts";
import { isSkipped } from "../options/skip-processing.ts";
import type { Opened } from "./decoders/decoder.ts";
import { type Picture, upright } from "./picture.ts";

/**
 * A source that is answered as it is, an SVG sanitised; `undefined` when it is to be drawn. Throws `UnsupportedFormat` when an SVG
 * is asked of what is none, `BrokenSvg` when one is no XML.
 */
export async function passThrough(
  { bytes, info }: Pick<Opened, "bytes" | "info">,
  { format: requested, skip_processing = [] }: Options,
  config: Config,
  deadline: Deadline,
): Promise<Picture | undefined> {
  const { format } = info;
  if (requested === "svg" && format !== "svg") throw new UnsupportedFormat(`format: svg of ${format}`);
  const skipped = [...config.skipProcessingFormats, ...skip_processing];
  const { alwaysRasterizeSvg } = config;
  if (!isSkipped(format, { requested, skipped, alwaysRasterizeSvg })) return undefined;
  const body = format === "svg" && config.sanitizeSvg ? await sanitized(bytes, deadline) : bytes;
  return { body, format, ...upright(info) };
}

/** The parser is loaded when an SVG is returned first. */
async function sanitized(bytes: Uint8Array, deadline: Deadline): Promise<Uint8Array> {
  const { sanitize } = await import("./svg/sanitize.ts");
  return sanitize(bytes, deadline);
}
