import type { Canvas } from "../canvas.ts";
import type { Config } from "../config.ts";
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
}

/** What was asked of the answer's file, settled with the environment. */
export function outputOf(asked: Options, { format }: Pick<Canvas, "format">, config: Config): Output {
  return {
    format,
    quality: asked.quality || config.formatQuality[format] || config.quality,
    maxBytes: formats[format].lossy ? (asked.max_bytes ?? 0) : 0,
    keepMetadata: !(asked.strip_metadata ?? true),
  };
}
