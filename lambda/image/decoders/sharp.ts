import { availableParallelism } from "node:os";
import sharp, { type Metadata } from "sharp";
import type { Animation } from "../../contract/canvas.ts";
import { BrokenSource, InvalidSource, UnsupportedFormat } from "../../errors.ts";
import { type Format, formatNamed, formats } from "../../formats.ts";
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

/** Reads the header of whatever sharp reads. An SVG is drawn at so many pixels per inch. @default 72, at its own size */
export async function openWithSharp(
  bytes: Uint8Array,
  density?: number,
  keepsProfile = false,
  unlimited = false,
): Promise<Opened> {
  const settings = { ...lenient, unlimited, ...(density !== undefined && { density }) };
  const metadata = await sharp(bytes, settings).metadata().catch(fail);
  // sharp would apply the profile before all else; a step does, or nobody where the colours are sRGB's already.
  const own = hasOwnColours(metadata, keepsProfile);
  const reading = { ...settings, ignoreIcc: own };
  const { exif, xmp, iptc } = metadata;
  return {
    bytes,
    keepsProfile,
    unlimited,
    info: imageInfo(metadata, imageType(bytes)),
    metadata: { exif, xmp, iptc, icc: own ? metadata.icc : undefined },
    pixels: () => sharp(bytes, reading),
    frames: (page, pages) => sharp(bytes, { ...reading, page, pages }),
  };
}

/** Colours in which a picture is drawn as they are. What is none of them, such as CMYK, becomes sRGB when it is read. */
const drawnAsTheyAre: readonly (string | undefined)[] = ["srgb", "rgb", "rgb16"];
/** Grey is drawn as it is only where its profile is kept: sharp makes no grey of another grey but while it reads. */
const greys: typeof drawnAsTheyAre = ["b-w", "grey16"];
const hasOwnColours = ({ hasProfile, space }: Metadata, keepsProfile: boolean) =>
  hasProfile && (drawnAsTheyAre.includes(space) || (keepsProfile && greys.includes(space)));

function imageInfo(metadata: Metadata, type: Format | undefined): ImageInfo {
  const { width, height, format, orientation, hasAlpha, space, icc } = metadata;
  const { channels, depth, pages = 1, isPalette, bitsPerSample = 8 } = metadata;
  if (pages > MAX_PAGES) throw new InvalidSource(`${pages} pages of at most ${MAX_PAGES}`);
  if (channels > MAX_CHANNELS) throw new InvalidSource(`${channels} channels of at most ${MAX_CHANNELS}`);
  const name = format === "heif" ? type : format;
  const known = formatNamed(name ?? "");
  if (!known || !formats[known].reads) throw new UnsupportedFormat(`${name}: this format cannot be read`);
  return {
    width,
    height,
    orientation: orientation ?? 1,
    alpha: hasAlpha ?? false,
    grey: space === "b-w" || space === "grey16",
    foreign: !drawnAsTheyAre.includes(space) && !greys.includes(space),
    deep: depth === "ushort",
    profile: hasOwnColours(metadata, false) && !isStandardProfile(icc),
    paletteBits: isPalette ? bitsPerSample : 0,
    vector: known === "svg",
    format: known,
    encoded: true,
    animation: animationOf(metadata),
  };
}

/** ms that a frame is shown where its file does not say. */
const USUAL_DELAY = 40;

/** Pages that say how long they are shown, and how often, are frames. */
function animationOf({ pages = 1, delay, loop }: Metadata): Animation | undefined {
  if (pages < 2 || delay === undefined || loop === undefined) return undefined;
  return { delays: Array.from({ length: pages }, (_, at) => delay[at] ?? USUAL_DELAY), loop };
}

/** Where the header of a profile says which it is, and what that of "sRGB IEC61966-2.1" says there. */
const standard: readonly (readonly [at: number, latin1: string])[] = [
  [8, "\x02\x10\0\0"],
  [24, "\x07\xce\0\x02\0\x09"],
  [48, "IEC sRGB"],
  [80, "HP  "],
];
/** Whether a profile is that of "sRGB IEC61966-2.1", by which colours stay as they are. */
export const isStandardProfile = (icc: Buffer = Buffer.alloc(0)) =>
  standard.every(([at, said]) => icc.toString("latin1", at, at + said.length) === said);

function fail(cause: unknown): never {
  const message = cause instanceof Error ? cause.message : String(cause);
  const Kind = message.includes("unsupported image format") ? InvalidSource : BrokenSource;
  throw new Kind(message, { cause });
}
