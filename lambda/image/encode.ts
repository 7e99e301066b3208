import type { Sharp } from "sharp";
import type { Deadline } from "../deadline.ts";
import type { Format } from "../formats.ts";
import { nextQuality } from "../options/quality.ts";
import type { Output } from "./output.ts";
import { type Drawn, run } from "./run.ts";

/** Above this quality colours are not thinned out. */
const fullColour = 90;

const chroma = (quality: number) => (quality >= fullColour ? "4:4:4" : "4:2:0");

/** How each format is written, with imgproxy's settings. */
const encoders = {
  jpeg: (image, { quality, encoders: { jpegProgressive } }) =>
    image.jpeg({ quality, chromaSubsampling: chroma(quality), progressive: jpegProgressive }),
  png: (image, { encoders: { pngInterlaced, pngQuantize, pngQuantizationColors } }) =>
    image.png({
      adaptiveFiltering: true,
      progressive: pngInterlaced,
      ...(pngQuantize ? { palette: true, colours: pngQuantizationColors } : {}),
    }),
  webp: (image, { quality, encoders: { webpEffort } }) => image.webp({ quality, effort: webpEffort }),
  gif: (image) => image.gif(),
  avif: (image, { quality, encoders: { avifSpeed } }) =>
    image.avif({ quality, effort: 9 - avifSpeed, chromaSubsampling: chroma(quality) }),
  tiff: (image, { quality }) => image.tiff({ quality, compression: "none" }),
} as const satisfies Partial<Record<Format, (image: Sharp, output: Output) => Sharp>>;

const isEncoded = (format: Format): format is keyof typeof encoders => Object.hasOwn(encoders, format);

/** EXIF, XMP and IPTC stay. So does a colour profile: sharp adds sRGB's, to which the pixels were converted. */
const keepMetadata = (image: Sharp, { turned }: Output) =>
  image.withMetadata(turned ? { orientation: 1 } : {});

/** The sharp that writes a picture; what comes out is the file. */
export function written(image: Sharp, output: Output): Sharp {
  const grey = output.grey ? image.toColourspace("b-w") : image;
  const kept = output.keepMetadata ? keepMetadata(grey, output) : grey;
  return isEncoded(output.format) ? encoders[output.format](kept, output) : kept;
}

/** Writes a picture, and again at lower quality while it is longer than `maxBytes`. `pixels` begins anew at each call. */
export async function encode(pixels: () => Sharp, output: Output, deadline: Deadline): Promise<Drawn> {
  const drawn = await run(() => written(pixels(), output), deadline);
  const quality = nextQuality(output.quality, drawn.data.length, output.maxBytes);
  return quality === undefined ? drawn : encode(pixels, { ...output, quality }, deadline);
}
