import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { openIco } from "../../lambda/image/decoders/ico.ts";
import { drawnAs, plain } from "../drawing.ts";
import { drawn } from "../pictures.ts";
import { palette } from "./bmps.ts";
import { ico, inside, type Part } from "./icos.ts";

const pngPart = async (side: number, color: string): Promise<Part> => ({
  width: side,
  height: side,
  file: await plain(side, side, color).png().toBuffer(),
});

const pixelsOf = async (file: Uint8Array) => (await openIco({ bytes: file })).pixels().raw().toBuffer();

describe("an ICO is its largest picture", () => {
  test("wherever it stands, 256 px said as 0", async () => {
    const parts = await Promise.all([
      pngPart(16, "#ff0000"),
      pngPart(256, "#00ff00"),
      pngPart(48, "#0000ff"),
    ]);
    for (const order of [parts, parts.toReversed()]) {
      const { info, pixels } = await openIco({ bytes: ico(...order) });
      assert.deepEqual([info.width, info.height, info.format], [256, 256, "ico"]);
      assert.equal((await pixels().raw().toBuffer()).subarray(0, 3).toString("hex"), "00ff00");
    }
  });

  test("a BMP with a palette, whose mask is not looked at", async () => {
    const colors = palette("000000", "ff0000");
    const file = inside({
      width: 2,
      height: 2,
      bits: 1,
      colors,
      pixels: "80000000 40000000 c0000000 c0000000",
    });
    const pixels = await pixelsOf(ico({ width: 2, height: 2, file }));
    assert.equal(pixels.toString("hex"), "000000ff0000ff0000000000");
  });

  test("a BMP of 32 bits, with its alpha", async () => {
    const file = inside({ width: 1, height: 2, bits: 32, pixels: "0000ff80 00ff00ff 00000000 00000000" });
    const { info, pixels } = await openIco({ bytes: ico({ width: 1, height: 2, file }) });
    assert.equal(info.alpha, true);
    assert.equal((await pixels().raw().toBuffer()).toString("hex"), "00ff00ffff000080");
  });
});

describe("an ICO that is none is refused", () => {
  test("without a picture", async () => {
    await assert.rejects(openIco({ bytes: ico() }), { name: "BrokenSource" });
  });

  test("of another size than its directory says", async () => {
    const part = await pngPart(16, "#ff0000");
    await assert.rejects(openIco({ bytes: ico({ ...part, width: 17 }) }), { name: "BrokenSource" });
    await assert.rejects(openIco({ bytes: ico({ ...part, height: 15 }) }), { name: "BrokenSource" });
  });

  test("wherever it is cut off before its pixels", async () => {
    const file = ico(await pngPart(16, "#ff0000"), { width: 99, height: 99, file: Buffer.alloc(39) });
    for (let length = 4; length < file.length; length++)
      await assert.rejects(openIco({ bytes: file.subarray(0, length) }), { status: 422 }, `${length} bytes`);
  });
});

describe("an ICO is written", () => {
  for (const [what, alpha, bits] of [
    ["24 bits", false, 24],
    ["32 bits with alpha", true, 32],
  ] as const) {
    test(`of one PNG, ${what}, which is told of in the directory`, async () => {
      const png = await drawn(40, 30, { alpha }).png().toBuffer();
      const { body } = await drawnAs("f:ico", png);
      const file = Buffer.from(body);
      assert.equal(
        file.subarray(0, 14).toString("hex"),
        `000001000100281e00000100${bits === 24 ? "1800" : "2000"}`,
      );
      assert.deepEqual([file.readUInt32LE(14), file.readUInt32LE(18)], [file.length - 22, 22]);
      const inside = file.subarray(22);
      assert.deepEqual(await sharp(inside).raw().toBuffer(), await sharp(png).raw().toBuffer());
      assert.equal((await sharp(inside).metadata()).density, 72);
    });
  }

  test("of at most 256 px a side, which is said as 0", async () => {
    const { body, width, height } = await drawnAs("f:ico", await drawn(600, 300).png().toBuffer());
    assert.deepEqual([width, height], [256, 128]);
    assert.equal(Buffer.from(body).subarray(6, 8).toString("hex"), "0080");
  });

  test("without what its source says of itself", async () => {
    const source = await drawn(40, 30)
      .withExif({ IFD0: { Copyright: "ours" } })
      .jpeg()
      .toBuffer();
    const { body } = await drawnAs("f:ico", source);
    assert.equal((await sharp(body.subarray(22)).metadata()).exif?.includes("ours"), false);
  });

  test("by scaling down the finished picture, as imgproxy does", async () => {
    const png = await drawn(600, 300).png().toBuffer();
    const { data } = await drawnAs("w:500/f:ico", png);
    const once = await sharp(png).resize(500).png().toBuffer();
    const twice = await sharp(once).resize(256).ensureAlpha().raw().toBuffer();
    assert.ok(data.equals(twice));
  });
});
