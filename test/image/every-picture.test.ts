import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp, { type Sharp } from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import type { Format } from "../../lambda/formats.ts";
import { makePicture } from "../../lambda/image/make.ts";
import type { Picture } from "../../lambda/image/picture.ts";
import { imageType } from "../../lambda/image-type.ts";
import { optionsByName } from "../../lambda/options/index.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { anyDrawing, anyValue } from "../arbitrary.ts";
import { pictureIn } from "../drawing.ts";
import { drawn } from "../pictures.ts";
import { servicesOf } from "../services.ts";
import { tries } from "../thorough.ts";
import { heic } from "./heics.ts";
import { samples } from "./samples.ts";

const moving = (write: (image: Sharp) => Sharp) => async () => {
  const frames = await Promise.all(
    [24, 30, 36].map((width) => drawn(width, 20).resize(30, 20).png().toBuffer()),
  );
  return write(sharp(frames, { join: { animated: true } })).toBuffer();
};

/** Small sources of every format, and of the kinds that are drawn in ways of their own. */
const sources: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  ...samples,
  heic: async () => heic({ alpha: true }),
  "a GIF that moves": moving((image) => image.gif()),
  "a WebP that moves": moving((image) => image.webp()),
  "16 bits": () => drawn(40, 30, { alpha: true }).toColourspace("rgb16").png().toBuffer(),
  grey: () => drawn(40, 30).toColourspace("b-w").withIccProfile("srgb").jpeg().toBuffer(),
  CMYK: () => drawn(40, 30).toColourspace("cmyk").jpeg().toBuffer(),
  "a palette": () => drawn(40, 30).png({ palette: true, colours: 16 }).toBuffer(),
  "a turned JPEG with a profile": () =>
    drawn(40, 30)
      .withIccProfile("p3")
      .withExif({ IFD0: { Artist: "A", Orientation: "6" } })
      .jpeg()
      .toBuffer(),
  "a pixel": () => drawn(1, 1, { alpha: true }).png().toBuffer(),
};
const files = new Map(
  await Promise.all(Object.entries(sources).map(async ([name, make]) => [name, await make()] as const)),
);

const watermarks = [
  undefined,
  await drawn(12, 9, { alpha: true }).png().toBuffer(),
  Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><circle r="9"/></svg>'),
];

const switches = [
  "IMGPROXY_USE_LINEAR_COLORSPACE",
  "IMGPROXY_DISABLE_SHRINK_ON_LOAD",
  "IMGPROXY_PNG_QUANTIZE",
  "IMGPROXY_PNG_INTERLACED",
  "IMGPROXY_JPEG_PROGRESSIVE",
  "IMGPROXY_ALWAYS_RASTERIZE_SVG",
] as const;
const anyEnvironment = fc
  .tuple(fc.subarray([...switches]), fc.constantFrom("1", "2", "9"))
  .map(([on, frames]) => ({
    IMGPROXY_AVIF_SPEED: "9",
    IMGPROXY_MAX_ANIMATION_FRAMES: frames,
    ...Object.fromEntries(on.map((name) => [name, "true"])),
  }));

/** Options that no step reads. */
const besides = [
  "trim",
  "max_bytes",
  "quality",
  "strip_metadata",
  "keep_copyright",
  "strip_color_profile",
  "preserve_hdr",
  "max_result_dimension",
];
const anyOption = fc.record(
  Object.fromEntries(
    besides.flatMap((name) => {
      const option = optionsByName.get(name);
      return option ? [[name, anyValue(option)]] : [];
    }),
  ),
  { requiredKeys: [] },
);
const written: readonly (Format | undefined)[] = [
  undefined,
  "jpeg",
  "png",
  "webp",
  "gif",
  "avif",
  "tiff",
  "bmp",
  "ico",
  "jxl",
];
const anyFormat = fc.constantFrom(...written);
const anyOffers = fc.constantFrom(
  { auto: [], enforced: [], preferred: ["jpeg", "png", "gif"] } as const,
  { auto: ["avif", "webp"], enforced: [], preferred: ["jpeg"] } as const,
  { auto: ["webp"], enforced: ["webp"], preferred: ["png"] } as const,
);

/** Size of a frame of what is in the file. */
async function sizeIn({ body, format }: Picture): Promise<readonly number[]> {
  assert.equal(imageType(body), format);
  if (format === "bmp" || format === "ico" || format === "jxl") {
    const { info } = await (await pictureIn(body)).toBuffer({ resolveWithObject: true });
    return [info.width, info.height];
  }
  const { width, height, pageHeight = height } = await sharp(body, { animated: true }).metadata();
  await sharp(body).raw().toBuffer();
  return [width, pageHeight];
}

test("whatever is asked of a picture of any format, the answer has the size it is said to have, or is a refusal", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files.keys()),
      anyDrawing,
      anyOption,
      anyFormat,
      anyOffers,
      anyEnvironment,
      fc.constantFrom(...watermarks),
      async (name, drawing, besides, format, offers, env, watermark) => {
        const services = servicesOf(env);
        const options = { ...drawing, ...besides, ...(format && { format }) };
        const request = { options, offers, limits: limitsOf(services.config, options) };
        const bytes = files.get(name) ?? new Uint8Array();
        try {
          const { picture } = await makePicture(
            { bytes, watermark: Promise.resolve(watermark) },
            request,
            services,
            Deadline.in(20_000),
          );
          assert.deepEqual(await sizeIn(picture), [picture.width, picture.height]);
        } catch (error) {
          if (!(error instanceof Failure && error.status === 422)) throw error;
        }
      },
    ),
    { numRuns: tries(60, 2000), examples: [] },
  );
});
