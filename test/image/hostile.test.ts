import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { BrokenSource, ResultTooBig, Timeout } from "../../lambda/errors.ts";
import { draw } from "../../lambda/image/draw.ts";
import { openTrimmed, planOf } from "../../lambda/image/make.ts";
import { open } from "../../lambda/image/open.ts";

import { limitsOf } from "../../lambda/options/limits.ts";
import { plain } from "../drawing.ts";
import { optionsOf } from "../options-of.ts";
import { claiming, drawn } from "../pictures.ts";
import { bmp, palette } from "./bmps.ts";
import { heic } from "./heics.ts";
import { jxlHead, quarters } from "./jxls.ts";

const config = readConfig({ IMGPROXY_MAX_SRC_RESOLUTION: "0.5" });
const limits = limitsOf(config);
const offers = { auto: [], enforced: [], preferred: ["jpeg", "png"] } as const;

const png = await drawn(120, 80, { alpha: true }).png().toBuffer();
const jpeg = await drawn(120, 80).jpeg().toBuffer();
const svg = (size: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${size}><circle r="9"/></svg>`);

/** What happens to a source when it is asked for 10 px wide at most: the failure it is refused with, or the size it is drawn at. */
type Fate = "InvalidSource" | "BrokenSource" | "UnsupportedFormat" | `${number}x${number}`;

const isSize = (fate: Fate) => /^\d+x\d+$/.test(fate);

/** What buckets hold beside pictures, and pictures unlike the usual. */
const sources: Readonly<Record<string, readonly [bytes: Buffer, fate: Fate]>> = {
  nothing: [Buffer.alloc(0), "InvalidSource"],
  "a zero": [Buffer.alloc(1), "InvalidSource"],
  text: [Buffer.from("no picture at all"), "InvalidSource"],
  HTML: [Buffer.from("<!doctype html><html><body><p>404</p></body></html>"), "InvalidSource"],
  XML: [Buffer.from("<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>"), "InvalidSource"],
  "a PDF": [Buffer.from("%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n"), "InvalidSource"],
  "a ZIP": [Buffer.from("504b030414000000080000000000", "hex"), "InvalidSource"],
  "an MP4": [Buffer.from("00000018667479706d703432000000006d70343269736f6d", "hex"), "InvalidSource"],
  "a BMP of zeros": [Buffer.from(`424d3a${"00".repeat(60)}`, "hex"), "BrokenSource"],
  "a BMP": [bmp({ width: 1, height: 1, bits: 24, pixels: "0000ff00" }), "1x1"],
  "a BMP that is a bomb": [
    bmp({ width: 60_000, height: 60_000, bits: 8, packing: 1, colors: palette("000000"), pixels: "0001" }),
    "InvalidSource",
  ],
  "a HEIC without a picture": [
    Buffer.from("000000186674797068656963000000006d69663168656963", "hex"),
    "BrokenSource",
  ],
  "a HEIC": [heic({ grid: [2, 1] }), "10x5"],
  "a JPEG XL without a picture": [Buffer.from(`ff0a${"00".repeat(40)}`, "hex"), "BrokenSource"],
  "a JPEG XL": [quarters, "10x5"],
  "a JPEG XL that is a bomb": [jxlHead({ width: 60_000, height: 60_000 }), "InvalidSource"],
  "a PNG's signature": [png.subarray(0, 8), "BrokenSource"],
  "a PNG of 20 bytes": [png.subarray(0, 20), "BrokenSource"],
  "a JPEG of 20 bytes": [jpeg.subarray(0, 20), "BrokenSource"],
  "half a PNG": [png.subarray(0, png.length / 2), "10x7"],
  "half a JPEG": [jpeg.subarray(0, jpeg.length / 2), "10x7"],
  "a PNG with its middle lost": [Buffer.concat([png.subarray(0, 300), png.subarray(900)]), "10x7"],
  "a bomb": [await claiming(60_000, 60_000), "InvalidSource"],
  "an SVG that is a bomb": [svg('width="100000" height="100000"'), "InvalidSource"],
  "more pixels than are allowed": [await plain(1000, 501, "#ff0000").png().toBuffer(), "InvalidSource"],
  "a pixel": [await plain(1, 1, "#ff000088").png().toBuffer(), "1x1"],
  "a column": [await plain(1, 5000, "#ff0000").png().toBuffer(), "1x5000"],
  grey: [await drawn(120, 80).toColourspace("b-w").png().toBuffer(), "10x7"],
  "16 bits": [await drawn(120, 80, { alpha: true }).toColourspace("rgb16").png().toBuffer(), "10x7"],
  CMYK: [await drawn(120, 80).toColourspace("cmyk").jpeg().toBuffer(), "10x7"],
  WebP: [await drawn(120, 80, { alpha: true }).webp().toBuffer(), "10x7"],
  GIF: [await drawn(120, 80).gif().toBuffer(), "10x7"],
  "a turned JPEG": [await drawn(120, 80).withMetadata({ orientation: 6 }).jpeg().toBuffer(), "10x15"],
  SVG: [svg('width="40" height="30"'), "10x8"],
  "an SVG without a size": [svg(""), "10x10"],
  "an SVG of no size": [svg('width="0" height="0"'), "BrokenSource"],
  "a broken SVG": [Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><g>"), "BrokenSource"],
  png: [png, "10x7"],
};

/** Opens, plans and draws. */
async function drawing(bytes: Buffer, text: string, ms: number) {
  const { options } = optionsOf(text);
  const deadline = Deadline.in(ms);
  const asked = { options, limits, offers };
  const opened = await openTrimmed({ bytes }, asked, config, deadline);
  return draw(planOf(opened, asked, config), opened, limits, deadline);
}

describe("a source is drawn or refused with 422", () => {
  for (const [name, [bytes, fate]] of Object.entries(sources)) {
    test(`${name}: ${isSize(fate) ? 200 : 422} ${fate}`, async () => {
      const drawn = drawing(bytes, "w:10", 10_000);
      if (!isSize(fate)) return assert.rejects(drawn, { name: fate, status: 422 });
      const { width, height } = await sharp((await drawn).body).metadata();
      assert.equal(`${width}x${height}`, fate);
    });
  }
});

const px = ["0", "1", "15", "17", "300", "7000", "2147483648", "9007199254740991"];
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
  segment("bl", ["0.1", "1", "100"]),
  segment("sh", ["1e-9", "1", "1e9"]),
  segment("q", ["1", "100"]),
  segment("mb", ["1", "2000"]),
  segment("sm", ["0", "1"]),
  segment("f", ["jpeg", "png", "webp", "gif", "avif", "tiff", "bmp", "ico"]),
);
const asked = fc.array(segments, { maxLength: 6 }).map((said) => said.join("/"));

test("whatever is asked of what cannot be opened, it is refused with 422, and never for the asking", async () => {
  const opens = async ([bytes]: (typeof sources)[string]) =>
    open({ bytes }, {}, limits, Deadline.in(10_000)).then(
      () => true,
      () => false,
    );
  const all = Object.values(sources);
  const opened = await Promise.all(all.map(opens));
  const refused = all.filter((_, at) => !opened[at]);
  assert.ok(refused.length > 5);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...refused), asked, ([bytes, fate], text) =>
      assert.rejects(drawing(bytes, text, 10_000), { name: fate, status: 422 }),
    ),
    { numRuns: 50 },
  );
});

test("whatever is asked of a picture, it is drawn, or is more than we or sharp can draw, or takes too long", async () => {
  const pictures = Object.values(sources).filter(([, fate]) => isSize(fate));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...pictures), asked, async ([bytes], text) => {
      try {
        assert.ok((await drawing(bytes, text, 1500)).body.length > 0);
      } catch (error) {
        const honest = [ResultTooBig, BrokenSource, Timeout].some((Kind) => error instanceof Kind);
        if (!honest) throw error;
      }
    }),
    { numRuns: 120 },
  );
});
