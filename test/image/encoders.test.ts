import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inflateSync } from "node:zlib";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";
import { drawn } from "../pictures.ts";

const source = await drawn(64, 48).png().toBuffer();

/** How an AVIF thins out its colours, as its av1C box says: bits 3 and 2 of the third byte, across and down. */
function avifChroma(file: Uint8Array): string {
  const box = Buffer.from(file).indexOf("av1C");
  assert.ok(box > 0, "no av1C box");
  return { 12: "4:2:0", 8: "4:2:2", 0: "4:4:4" }[(file[box + 6] ?? 0) & 0b1100] ?? "?";
}

describe("colours are thinned out below quality 90", () => {
  for (const [quality, chroma] of [
    [1, "4:2:0"],
    [89, "4:2:0"],
    [90, "4:4:4"],
    [100, "4:4:4"],
  ] as const) {
    test(`JPEG of quality ${quality}: ${chroma}`, async () => {
      const { chromaSubsampling } = await (await drawnAs(`q:${quality}/f:jpeg`, source)).metadata();
      assert.equal(chromaSubsampling, chroma);
    });
    test(`AVIF of quality ${quality}: ${chroma}`, async () => {
      assert.equal(avifChroma((await drawnAs(`q:${quality}/f:avif`, source)).body), chroma);
    });
  }
});

/** Effort is not written in a file; the file is the one that sharp writes with it. */
describe("effort is what the environment says", () => {
  for (const [speed, effort] of [
    ["9", 0],
    ["8", 1],
    ["6", 3],
  ] as const) {
    test(`AVIF of speed ${speed} takes effort ${effort}`, async () => {
      const { body } = await drawnAs("q:60/f:avif", source, { IMGPROXY_AVIF_SPEED: speed });
      const theirs = sharp(source).avif({ quality: 60, effort, chromaSubsampling: "4:2:0" });
      assert.ok((await theirs.toBuffer()).equals(body));
    });
  }
  for (const effort of [1, 4, 6]) {
    test(`WebP of effort ${effort}`, async () => {
      const { body } = await drawnAs("q:60/f:webp", source, { IMGPROXY_WEBP_EFFORT: `${effort}` });
      assert.ok((await sharp(source).webp({ quality: 60, effort }).toBuffer()).equals(body));
    });
  }
});

test("WebP is set for what the environment says", async () => {
  const written = async (env: Readonly<Record<string, string>>) =>
    (await drawnAs("q:60/f:webp", source, env)).body;
  for (const preset of ["default", "photo", "picture", "drawing", "icon", "text"] as const) {
    const theirs = await sharp(source).webp({ quality: 60, preset }).toBuffer();
    assert.ok(theirs.equals(await written({ IMGPROXY_WEBP_PRESET: preset.toUpperCase() })), preset);
  }
  const [photo, unset] = [await written({ IMGPROXY_WEBP_PRESET: "photo" }), await written({})];
  assert.equal(Buffer.from(photo).equals(unset), false);
});

for (const [format, variable] of [
  ["jpeg", "IMGPROXY_JPEG_PROGRESSIVE"],
  ["png", "IMGPROXY_PNG_INTERLACED"],
] as const) {
  test(`${variable} has each pass of a ${format} show the whole picture; unset, it is written from top to bottom`, async () => {
    const isProgressive = async (value: string) =>
      (await (await drawnAs(`f:${format}`, source, { [variable]: value })).metadata()).isProgressive;
    assert.deepEqual([await isProgressive("true"), await isProgressive("")], [true, false]);
  });
}

describe("PNG gets a palette where the environment asks for one", () => {
  for (const [env, bits, most] of [
    [{}, 8, 256],
    [{ IMGPROXY_PNG_QUANTIZATION_COLORS: "16" }, 4, 16],
    [{ IMGPROXY_PNG_QUANTIZATION_COLORS: "2" }, 1, 2],
  ] as const) {
    test(`of ${most} colours, ${bits} bits a pixel`, async () => {
      const { data, metadata } = await drawnAs("f:png", source, { IMGPROXY_PNG_QUANTIZE: "true", ...env });
      const { isPalette, bitsPerSample } = await metadata();
      assert.deepEqual([isPalette, bitsPerSample], [true, bits]);
      const colours = new Set(Array.from({ length: 64 * 48 }, (_, at) => data.readUInt32BE(at * 4)));
      assert.ok(colours.size > most / 4 && colours.size <= most, `${colours.size} colours`);
    });
  }

  test("and none where it does not, however many colours it names", async () => {
    const { metadata } = await drawnAs("f:png", source, { IMGPROXY_PNG_QUANTIZATION_COLORS: "16" });
    assert.equal((await metadata()).isPalette, false);
  });
});

/** The filter of each row of an RGB PNG: 0 none, 1 left, 2 above, 3 mean, 4 Paeth. */
function filtersOf(file: Uint8Array, width: number): readonly number[] {
  const png = Buffer.from(file);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const row = 1 + width * 3;
  return [...inflateSync(Buffer.concat(parts))].filter((_, at) => at % row === 0);
}

test("PNG chooses a filter for each row", async () => {
  const filters = filtersOf((await drawnAs("f:png", source)).body, 64);
  assert.equal(filters.length, 48);
  assert.ok(new Set(filters).size > 1, `${filters}`);
});

test("TIFF is not compressed", async () => {
  const file = Buffer.from((await drawnAs("q:50/f:tiff", source)).body);
  assert.equal(file.toString("latin1", 0, 2), "II");
  const directory = file.readUInt32LE(4);
  const tags = Array.from({ length: file.readUInt16LE(directory) }, (_, at) => directory + 2 + at * 12);
  const compression = tags.find((tag) => file.readUInt16LE(tag) === 259) ?? 0;
  assert.equal(file.readUInt16LE(compression + 8), 1);
});
