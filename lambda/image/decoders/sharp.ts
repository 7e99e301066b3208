import { availableParallelism } from "node:os";
import sharp, { type Metadata } from "sharp";
import { BrokenSource, InvalidSource, UnsupportedFormat } from "../../errors.ts";
import { formatNamed, formats } from "../../formats.ts";
import { imageType } from "../../image-type.ts";
import type { ImageInfo } from "../plan.ts";
import type { Opened } from "./decoder.ts";

// One picture at a time, each different: a cache of operations only holds memory.
sharp.cache(false);
sharp.concurrency(availableParallelism());

/** Of a TIFF; a longer one takes seconds only to be counted. */
const MAX_PAGES = 10_000;
/** Of a picture; sensors write more. */
const MAX_CHANNELS = 16;

/** sharp's own guards are off: slightly damaged pictures are drawn, sizes are checked by `open`. */
const lenient = { failOn: "none", limitInputPixels: false, limitInputChannels: false } as const;

/** Reads the header of whatever sharp reads. */
export async function openWithSharp(bytes: Uint8Array): Promise<Opened> {
  const pixels = () => sharp(bytes, lenient);
  const metadata = await pixels()
    .metadata()
    .catch((cause: unknown) => fail(bytes, cause));
  return { bytes, info: imageInfo(metadata), pixels };
}

function imageInfo({
  width,
  height,
  format,
  compression,
  orientation,
  hasAlpha,
  space,
  channels,
  pages = 1,
}: Metadata): ImageInfo {
  if (pages > MAX_PAGES) throw new InvalidSource(`${pages} pages of at most ${MAX_PAGES}`);
  if (channels > MAX_CHANNELS) throw new InvalidSource(`${channels} channels of at most ${MAX_CHANNELS}`);
  const heif = compression === "av1" ? "avif" : "heic";
  const name = format === "heif" ? heif : format;
  const known = formatNamed(name ?? "");
  if (!known || !formats[known].reads) throw new UnsupportedFormat(`${name}: this format cannot be read`);
  return {
    width,
    height,
    orientation: orientation ?? 1,
    alpha: hasAlpha ?? false,
    grey: space === "b-w" || space === "grey16",
    vector: known === "svg",
    format: known,
  };
}

function fail(bytes: Uint8Array, cause: unknown): never {
  const message = cause instanceof Error ? cause.message : String(cause);
  const format = imageType(bytes);
  if (format && !formats[format].reads)
    throw new UnsupportedFormat(`${format}: this format cannot be read`, { cause });
  const Kind = message.includes("unsupported image format") ? InvalidSource : BrokenSource;
  throw new Kind(message, { cause });
}
