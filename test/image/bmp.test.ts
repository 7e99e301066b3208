import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { openBmp } from "../../lambda/image/decoders/bmp.ts";
import { drawnAs } from "../drawing.ts";
import { drawn, foreignPictures } from "../pictures.ts";
import { type BmpParts, bmp, palette } from "./bmps.ts";

const [black, white, red, green, blue] = ["000000", "ffffff", "ff0000", "00ff00", "0000ff"];

/** Pixels of a BMP, line by line from the top, in hex. */
async function pixelsOf(parts: BmpParts): Promise<readonly string[]> {
  const { pixels } = await openBmp({ bytes: bmp(parts) });
  const { data, info } = await pixels().raw().toBuffer({ resolveWithObject: true });
  return Array.from({ length: info.height }, (_, y) => {
    const line = data.subarray(y * info.width * info.channels, (y + 1) * info.width * info.channels);
    return line.toString("hex");
  });
}

const line = (...colors: readonly (string | undefined)[]) => colors.join("");

describe("a BMP is drawn as it says", () => {
  test("1 bit a pixel: the first is the highest bit, the lowest line comes first", async () => {
    const colors = palette(black, white);
    assert.deepEqual(await pixelsOf({ width: 3, height: 2, bits: 1, colors, pixels: "a0000000 40000000" }), [
      line(black, white, black),
      line(white, black, white),
    ]);
  });

  test("2 bits", async () => {
    const colors = palette(black, red, green, blue);
    assert.deepEqual(await pixelsOf({ width: 5, height: 1, bits: 2, colors, pixels: "1b400000" }), [
      line(black, red, green, blue, red),
    ]);
  });

  test("4 bits, and what the palette leaves out is black", async () => {
    const colors = palette(white, red);
    assert.deepEqual(await pixelsOf({ width: 3, height: 1, bits: 4, colors, pixels: "01500000" }), [
      line(white, red, black),
    ]);
  });

  test("with as many colours as the PNG made of it has indices for: 2, 4, 16 or 256", async () => {
    for (const [count, colours] of [
      [1, 2],
      [2, 2],
      [3, 4],
      [4, 4],
      [5, 16],
      [16, 16],
      [17, 256],
      [256, 256],
    ] as const) {
      const colors = palette(
        ...Array.from({ length: count }, (_, at) => `${at.toString(16).padStart(2, "0")}8040`),
      );
      const source = bmp({ width: 4, height: 1, bits: 8, colors, pixels: "00000000" });
      const { bitsPerSample = 0 } = await (await drawnAs("f:png", source)).metadata();
      assert.equal(2 ** bitsPerSample, colours, `${count} colours`);
    }
  });

  test("8 bits, a palette of all colours where it says none", async () => {
    const colors = palette(white, red, ...Array.from({ length: 254 }, () => blue));
    const parts = { width: 3, height: -2, bits: 8, colors, said: 0, pixels: "00010200 ff000000" };
    assert.deepEqual(await pixelsOf(parts), [line(white, red, blue), line(blue, white, white)]);
  });

  test("16 bits, 5 for each colour, the lowest first", async () => {
    assert.deepEqual(await pixelsOf({ width: 3, height: 1, bits: 16, pixels: "007c e003 1f00 0000" }), [
      line("f80000", "00f800", "0000f8"),
    ]);
  });

  test("16 bits, by masks of 5, 6 and 5", async () => {
    const masks = [0xf800, 0x7e0, 0x1f];
    assert.deepEqual(
      await pixelsOf({ width: 3, height: 1, bits: 16, packing: 3, masks, pixels: "00f8 e007 ffff 0000" }),
      [line("f80000", "00fc00", "f8fcf8")],
    );
  });

  test("24 bits, blue first, lines filled to four bytes", async () => {
    const pixels = "0000ff 00ff00 0000 ff0000 ffffff 0000";
    assert.deepEqual(await pixelsOf({ width: 2, height: 2, bits: 24, pixels }), [
      line(blue, white),
      line(red, green),
    ]);
  });

  test("24 bits from the top", async () => {
    const pixels = "0000ff 00 ff0000 00";
    assert.deepEqual(await pixelsOf({ width: 1, height: -2, bits: 24, pixels }), [red, blue]);
  });

  test("32 bits, the fourth byte of which is alpha where the header is too short to say", async () => {
    assert.deepEqual(await pixelsOf({ width: 2, height: 1, bits: 32, pixels: "0000ff80 00ff0000" }), [
      line("ff000080", "00ff0000"),
    ]);
  });

  for (const length of [56, 108, 124]) {
    test(`32 bits with a header of ${length} bytes, which says whether there is alpha`, async () => {
      const parts = { length, width: 1, height: 1, bits: 32, packing: 3, pixels: "0000ff80" };
      assert.deepEqual(await pixelsOf({ ...parts, masks: [0xff0000, 0xff00, 0xff, 0xff000000] }), [
        "ff000080",
      ]);
      assert.deepEqual(await pixelsOf({ ...parts, masks: [0xff0000, 0xff00, 0xff, 0] }), ["ff0000"]);
    });
  }
});

describe("runs are unpacked", () => {
  const colors = palette(black, red, green, blue);
  const packed = (bits: number, pixels: string, width = 4, height = 2) =>
    pixelsOf({ width, height, bits, packing: bits === 8 ? 1 : 2, colors, pixels });

  test("8 bits: a run, values as they are, the end of a line", async () => {
    assert.deepEqual(await packed(8, "0401 0000 0003 01020300 0103 0001"), [
      line(red, green, blue, blue),
      line(red, red, red, red),
    ]);
  });

  test("4 bits: two values take turns", async () => {
    assert.deepEqual(await packed(4, "0312 0000 0004 1230 0001"), [
      line(red, green, blue, black),
      line(red, green, red, black),
    ]);
  });

  test("a move leaves black behind", async () => {
    assert.deepEqual(await packed(8, "0101 0002 0101 0102 0001"), [
      line(black, black, green, black),
      line(red, black, black, black),
    ]);
  });

  test("what runs over the end of a line is not drawn", async () => {
    assert.deepEqual(await packed(8, "ff01 0000 0003 02020200 ff02 0000", 2), [
      line(green, green),
      line(red, red),
    ]);
  });

  test("the end may come early", async () => {
    assert.deepEqual(await packed(8, "0101 0001"), [
      line(black, black, black, black),
      line(red, black, black, black),
    ]);
  });
});

describe("a BMP that is none is refused before it is drawn", () => {
  const good = { width: 2, height: 2, bits: 24, pixels: "0000ff 00ff00 0000 ff0000 ffffff 0000" };
  for (const [why, parts] of [
    ["no width", { ...good, width: 0 }],
    ["a negative width", { ...good, width: -2 }],
    ["no height", { ...good, height: 0 }],
    ["two planes", { ...good, planes: 2 }],
    ["3 bits a pixel", { ...good, bits: 3 }],
    ["64 bits a pixel", { ...good, bits: 64 }],
    ["a JPEG inside", { ...good, packing: 4 }],
    ["runs of 24 bits", { ...good, packing: 1 }],
    ["masks of 24 bits", { ...good, packing: 3 }],
    ["other masks of 32 bits", { ...good, bits: 32, packing: 3, masks: [0xff, 0xff00, 0xff0000] }],
    ["a header of another length", { ...good, length: 64 }],
    ["a palette that is cut off", { ...good, bits: 8, said: 2 ** 31 }],
    ["lines that are cut off", { ...good, height: 3 }],
    ["more lines than a file can have", { ...good, width: 60_000, height: 60_000 }],
  ] as const) {
    test(why, async () => {
      await assert.rejects(openBmp({ bytes: bmp(parts) }), { name: "BrokenSource", status: 422 });
    });
  }

  test("wherever it is cut off", async () => {
    const file = bmp(good);
    for (let length = 2; length < file.length; length++)
      await assert.rejects(openBmp({ bytes: file.subarray(0, length) }), { status: 422 }, `${length} bytes`);
  });

  test("runs that are cut off, once they are drawn", async () => {
    const { pixels } = await openBmp({
      bytes: bmp({
        width: 9,
        height: 9,
        bits: 8,
        packing: 1,
        colors: palette(black),
        pixels: "0400 0000 04",
      }),
    });
    assert.throws(() => pixels(), { name: "BrokenSource" });
  });
});

describe("a BMP is written", () => {
  /** A number of the file, 2 or 4 bytes. */
  const header = (file: Uint8Array) => {
    const { buffer, byteOffset, byteLength } = file;
    const view = new DataView(buffer, byteOffset, byteLength);
    return {
      magic: Buffer.from(file.subarray(0, 2)).toString(),
      length: view.getUint32(2, true),
      start: view.getUint32(10, true),
      version: view.getUint32(14, true),
      width: view.getInt32(18, true),
      height: view.getInt32(22, true),
      bits: view.getUint16(28, true),
      bytes: view.getUint32(34, true),
      colors: view.getUint32(46, true),
    };
  };

  for (const [what, { alpha = false, grey = false }, expected] of [
    ["24 bits", {}, { length: 162, start: 138, version: 124, bits: 24, bytes: 24, colors: 0 }],
    [
      "32 bits with alpha",
      { alpha: true },
      { length: 162, start: 138, version: 124, bits: 32, bytes: 24, colors: 0 },
    ],
    [
      "8 bits without colours",
      { grey: true },
      { length: 1086, start: 1078, version: 40, bits: 8, bytes: 8, colors: 256 },
    ],
  ] as const) {
    test(`from the top, ${what}, and what is written is read again`, async () => {
      const png = await drawn(3, 2, { alpha })
        .toColourspace(grey ? "b-w" : "srgb")
        .png()
        .toBuffer();
      const { body } = await drawnAs("f:bmp", png);
      assert.deepEqual(header(body), { magic: "BM", width: 3, height: -2, ...expected });
      const { pixels } = await openBmp({ bytes: body });
      assert.deepEqual(await pixels().raw().toBuffer(), await sharp(png).raw().toBuffer());
    });
  }
});

test("a BMP of imgproxy's is drawn as its PNG is", { skip: foreignPictures.missing }, async () => {
  const { data } = await drawnAs("f:png", foreignPictures.read("bmp_24.bmp"));
  assert.equal(data.subarray(0, 4).toString("hex"), "ff0000ff");
  assert.equal(data.length, 200 * 200 * 4);
});

test("a BMP with an impossible depth is refused", { skip: foreignPictures.missing }, async () => {
  await assert.rejects(drawnAs("f:png", foreignPictures.read("bmp-invalid-bpp.bmp")), { status: 422 });
});
