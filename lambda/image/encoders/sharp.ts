import type { Sharp } from "sharp";
import type { Animation } from "../../contract/canvas.ts";
import type { Format } from "../../formats.ts";
import { type Output, spaceOf } from "../output.ts";
import { run } from "../run.ts";
import type { Encoder } from "./encoder.ts";

/** Above this quality colours are not thinned out. */
const fullColour = 90;

const chroma = (quality: number) => (quality >= fullColour ? "4:4:4" : "4:2:0");

const still: Animation = { delays: [0], loop: 0 };
/** sharp takes no longer delay, ms, and no more loops. */
const MAX_TIMING = 65_535;

const timing = (animation: Animation | undefined) =>
  animation && {
    delay: animation.delays.map((ms) => Math.min(MAX_TIMING, ms)),
    loop: Math.min(MAX_TIMING, animation.loop),
  };

/** How each format is written, with imgproxy's settings. */
const writers = {
  jpeg: (image, { quality, jpegProgressive }) =>
    image.jpeg({ quality, chromaSubsampling: chroma(quality), progressive: jpegProgressive }),
  png: (image, { pngInterlaced: progressive, pngColors, paletteColors }) => {
    const colours = pngColors ?? paletteColors;
    // The indices of a palette are no amounts: to filter them only makes the file longer.
    if (colours) return image.png({ adaptiveFiltering: false, progressive, palette: true, colours });
    return image.png({ adaptiveFiltering: true, progressive });
  },
  webp: (image, { quality, webpEffort: effort, webpPreset: preset, animation }) =>
    image.webp({ quality, effort, preset, ...timing(animation) }),
  // Of one frame: what a source of several says of showing them is not its own.
  gif: (image, { paletteColors: colours = 256, animation = still }) =>
    image.gif({ ...timing(animation), colours }),
  avif: (image, { quality, avifSpeed, deep }) =>
    image.avif({
      quality,
      effort: 9 - avifSpeed,
      chromaSubsampling: chroma(quality),
      bitdepth: deep ? 12 : 8,
    }),
  tiff: (image, { quality }) => image.tiff({ quality, compression: "none" }),
} as const satisfies Partial<Record<Format, (image: Sharp, output: Output) => Sharp>>;

const isWritten = (format: Format): format is keyof typeof writers => Object.hasOwn(writers, format);

/** The sharp that writes a picture; what comes out is the file. */
export function written(image: Sharp, output: Output): Sharp {
  const coloured = image.toColourspace(spaceOf(output));
  return isWritten(output.format) ? writers[output.format](coloured, output) : coloured;
}

/** Writes JPEG, PNG, WebP, GIF, AVIF and TIFF. */
export const encodeWithSharp: Encoder = async ({ pixels }, output, deadline) => {
  const { data } = await run(() => written(pixels(), output), deadline);
  return data;
};
