import type { Config } from "../config/variables.ts";
import type { Canvas } from "../contract/canvas.ts";
import { type Format, formats } from "../formats.ts";
import type { Options } from "../options/index.ts";

/** How the finished picture is written. */
export interface Output {
  readonly format: Format;
  /** 1–100; without meaning for formats that lose nothing. */
  readonly quality: number;
  /** bytes; 0 is no limit. */
  readonly maxBytes: number;
  readonly keepMetadata: boolean;
  /** The pixels were turned, so the EXIF orientation that is kept no longer holds. */
  readonly turned: boolean;
  /** Has no colours, and is written so. */
  readonly grey: boolean;
  /** What the environment says of encoders. */
  readonly encoders: Encoders;
}

/** The environment's part of encoding. */
export type Encoders = Pick<
  Config,
  "jpegProgressive" | "pngInterlaced" | "pngQuantize" | "pngQuantizationColors" | "webpEffort" | "avifSpeed"
>;

/** What was asked of the answer's file, settled with the environment. */
export function outputOf(
  options: Options,
  source: Pick<Canvas, "orientation">,
  { format, grey, orientation }: Canvas,
  config: Config,
): Output {
  const { jpegProgressive, pngInterlaced, pngQuantize, pngQuantizationColors, webpEffort, avifSpeed } =
    config;
  return {
    format,
    quality: options.quality || config.formatQuality[format] || config.quality,
    maxBytes: formats[format].lossy ? (options.max_bytes ?? 0) : 0,
    keepMetadata: !(options.strip_metadata ?? true),
    turned: orientation !== source.orientation,
    grey,
    encoders: { jpegProgressive, pngInterlaced, pngQuantize, pngQuantizationColors, webpEffort, avifSpeed },
  };
}
