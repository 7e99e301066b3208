import { availableParallelism } from "node:os";
import sharp, { type Metadata, type Sharp } from "sharp";
import type { Config } from "../config/variables.ts";
import { megapixels } from "../contract/canvas.ts";
import { BrokenSource, InvalidSource, UnsupportedFormat } from "../errors.ts";
import { type Format, formatNamed, formats } from "../formats.ts";
import type { ImageInfo } from "./plan.ts";

// One picture at a time, each different: a cache of operations only holds memory.
sharp.cache(false);
sharp.concurrency(availableParallelism());

/** A source whose header has been read. */
export interface Opened {
  readonly facts: ImageInfo;
  /** The pixels, still undecoded; each call begins anew. */
  readonly pixels: () => Sharp;
}

/** sharp's own guards are off: slightly damaged pictures are drawn, sizes are checked here. */
const lenient = { failOn: "none", limitInputPixels: false, limitInputChannels: false } as const;

/** Reads a source's header. Throws `InvalidSource`, `UnsupportedFormat` or `BrokenSource` when nothing can be drawn of it. */
export async function open(bytes: Uint8Array, { maxSrcResolution }: Config): Promise<Opened> {
  if (bytes.length === 0) throw new InvalidSource("0 bytes");
  const pixels = () => sharp(bytes, lenient);
  const metadata = await pixels()
    .metadata()
    .catch((cause: unknown) => refuse(bytes, cause));
  const facts = factsOf(metadata);
  if (megapixels(facts) > maxSrcResolution) {
    throw new InvalidSource(`${facts.width}x${facts.height}: ${maxSrcResolution} megapixels at most`);
  }
  return { facts, pixels };
}

function factsOf({ width, height, format, compression, orientation, hasAlpha, space }: Metadata): ImageInfo {
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

/** First bytes, in hex, of formats we know and cannot read. */
const signatures: readonly (readonly [Format, RegExp])[] = [
  ["bmp", /^424d/],
  ["ico", /^00000100/],
  // "ftyp" and a brand: heic heix hevc heim heis hevm hevs mif1.
  ["heic", /^.{8}66747970(68656963|68656978|68657663|6865696d|68656973|6865766d|68657673|6d696631)/],
  ["jxl", /^(ff0a|0000000c4a584c20)/],
];

function refuse(bytes: Uint8Array, cause: unknown): never {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("hex");
  const [format] = signatures.find(([, signature]) => signature.test(head)) ?? [];
  const message = cause instanceof Error ? cause.message : String(cause);
  if (format) throw new UnsupportedFormat(`${format}: this format cannot be read`, { cause });
  if (message.includes("unsupported image format")) throw new InvalidSource(message, { cause });
  throw new BrokenSource(message, { cause });
}
