import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { open } from "../../lambda/image/open.ts";
import { plan } from "../../lambda/image/plan.ts";
import { render } from "../../lambda/image/render.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { optionsOf } from "../options-of.ts";
import { drawn } from "../pictures.ts";

const config = readConfig({ IMGPROXY_MAX_SRC_RESOLUTION: "0.5" });
const limits = limitsOf(config);
const offers = { auto: [], enforced: [], preferred: ["jpeg", "png"] } as const;

const png = await drawn(120, 80, { alpha: true }).png().toBuffer();
const jpeg = await drawn(120, 80).jpeg().toBuffer();
const svg = (size: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${size}><circle r="9"/></svg>`);

/** What buckets hold beside pictures, and pictures unlike the usual. */
const sources: Readonly<Record<string, Buffer>> = {
  empty: Buffer.alloc(0),
  text: Buffer.from("no picture at all"),
  "a PNG of 20 bytes": png.subarray(0, 20),
  "half a PNG": png.subarray(0, png.length / 2),
  "half a JPEG": jpeg.subarray(0, jpeg.length / 2),
  "a PNG with its middle lost": Buffer.concat([png.subarray(0, 300), png.subarray(900)]),
  "a pixel": await sharp({ create: { width: 1, height: 1, channels: 4, background: "#f008" } })
    .png()
    .toBuffer(),
  "a column": await sharp({ create: { width: 1, height: 5000, channels: 3, background: "red" } })
    .png()
    .toBuffer(),
  grey: await drawn(120, 80).toColourspace("b-w").png().toBuffer(),
  "16 bits": await drawn(120, 80, { alpha: true }).toColourspace("rgb16").png().toBuffer(),
  CMYK: await drawn(120, 80).toColourspace("cmyk").jpeg().toBuffer(),
  WebP: await drawn(120, 80, { alpha: true }).webp().toBuffer(),
  GIF: await drawn(120, 80).gif().toBuffer(),
  "a turned JPEG": await drawn(120, 80).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  SVG: svg('width="40" height="30"'),
  "an SVG without a size": svg(""),
  "an SVG of no size": svg('width="0" height="0"'),
  "a broken SVG": Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><g>"),
  png,
};

const px = ["0", "1", "15", "17", "300", "70000", "2147483648", "9007199254740991"];
const factors = ["1e-9", "0.5", "1.5", "1e9"];
const gravities = ["ce", "sm", "fp:1:0", "nowe:1e12:-1e12", "so:-0.3:0.99"];
const segment = (name: string, ...args: readonly (readonly string[])[]) =>
  fc
    .tuple(...args.map((choices) => fc.constantFrom(...choices)))
    .map((chosen) => [name, ...chosen].join(":"));

/** Segments at the edge of what the language can say. */
const segments = fc.oneof(
  segment("rs", ["fit", "fill", "fill-down", "force", "auto"], px, px, ["0", "1"], ["0", "1"]),
  segment("mw", px),
  segment("mh", px),
  segment("dpr", factors),
  segment("z", factors, factors),
  segment("c", ["0", "1e-9", "0.5", "3", "1e15"], ["0", "1e-9", "0.5", "3", "1e15"], gravities),
  segment("g", gravities),
  segment("exar", ["1"], ["ce", "noea:1e12"]),
  segment("pd", px),
  segment("rot", ["90", "-90", "180", "36000"]),
  segment("fl", ["0", "1"], ["0", "1"]),
  segment("bg", ["fff", "ff0000"]),
  segment("bl", ["0.1", "1", "1e9"]),
  segment("sh", ["1e-9", "1", "1e9"]),
  segment("q", ["1", "100"]),
  segment("mb", ["1", "2000"]),
  segment("sm", ["0", "1"]),
  segment("f", ["jpeg", "png", "webp", "gif", "avif", "tiff"]),
);

test("whatever is asked of whatever lies in the bucket is a picture or a failure of ours, in time", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(sources)),
      fc.array(segments, { maxLength: 6 }),
      async (name, said) => {
        const { options } = optionsOf(said.join("/"));
        try {
          const deadline = Deadline.in(3000);
          const opened = await open({ bytes: sources[name] ?? png }, options, limits, deadline);
          const picture = await render(plan(options, opened.info, offers, limits, config), opened, deadline);
          assert.ok(picture.body.length > 0);
        } catch (error) {
          if (error instanceof assert.AssertionError || !(error instanceof Failure)) throw error;
          assert.ok(error.status === 422 || error.status === 503, `${error.status}`);
        }
      },
    ),
    { numRuns: 150 },
  );
});
