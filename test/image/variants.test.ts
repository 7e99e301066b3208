import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { drawnAs, plain } from "../drawing.ts";
import { drawn, foreignPictures } from "../pictures.ts";
import { type Tag, tiff } from "./tiffs.ts";

/** Pixels of a picture as red, green, blue and alpha in hex, line by line. */
async function pixelsOf(file: Buffer): Promise<readonly string[]> {
  const { data, width, height } = await drawnAs("f:png", file);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) =>
      data.toString("hex", (y * width + x) * 4, (y * width + x) * 4 + 4),
    ).join(" "),
  );
}

const [black, white, red, green, blue] = ["000000ff", "ffffffff", "ff0000ff", "00ff00ff", "0000ffff"];

describe("a TIFF is drawn, whichever it is", () => {
  const rgb: readonly Tag[] = [
    [258, [8, 8, 8]],
    [262, [2]],
    [277, [3]],
  ];
  const depth = (bits: number, photometric: number): readonly Tag[] => [
    [258, [bits]],
    [262, [photometric]],
    [277, [1]],
  ];

  for (const big of [false, true]) {
    test(`24 bits, ${big ? "the highest byte first" : "the lowest byte first"}`, async () => {
      const pixels = "ff0000 00ff00 0000ff ffffff";
      assert.deepEqual(await pixelsOf(tiff(2, 2, rgb, pixels, big)), [`${red} ${green}`, `${blue} ${white}`]);
    });
    test(`16 bits a channel, ${big ? "the highest byte first" : "the lowest byte first"}`, async () => {
      const tags: readonly Tag[] = [...rgb, [258, [16, 16, 16]]];
      const value = big ? "ab12 ff00 0080" : "12ab 00ff 8000";
      assert.deepEqual(await pixelsOf(tiff(1, 1, tags, value, big)), ["abff00ff"]);
    });
  }

  test("1 bit, black as 0 or as 1", async () => {
    assert.deepEqual(await pixelsOf(tiff(3, 1, depth(1, 1), "a0")), [`${white} ${black} ${white}`]);
    assert.deepEqual(await pixelsOf(tiff(3, 1, depth(1, 0), "a0")), [`${black} ${white} ${black}`]);
  });

  test("8 bits of grey, and white as 0", async () => {
    assert.deepEqual(await pixelsOf(tiff(2, 1, depth(8, 1), "0040")), [`${black} 404040ff`]);
    assert.deepEqual(await pixelsOf(tiff(2, 1, depth(8, 0), "0040")), [`${white} bfbfbfff`]);
  });

  test("a palette", async () => {
    const colors = (band: readonly number[]) => Array.from({ length: 256 }, (_, at) => band[at] ?? 0);
    const map = [...colors([0, 0xffff, 0]), ...colors([0, 0, 0xffff]), ...colors([0, 0, 0])];
    const tags: readonly Tag[] = [...depth(8, 3), [320, map]];
    assert.deepEqual(await pixelsOf(tiff(3, 1, tags, "000102")), [`${black} ${red} ${green}`]);
  });

  test("each colour by itself", async () => {
    const tags: readonly Tag[] = [...rgb, [284, [2]], [273, [8, 10, 12]], [279, [2, 2, 2]]];
    assert.deepEqual(await pixelsOf(tiff(2, 1, tags, "ff00 00ff 0000")), [`${red} ${green}`]);
  });

  test("with alpha", async () => {
    const tags: readonly Tag[] = [...rgb, [258, [8, 8, 8, 8]], [277, [4]], [338, [2]]];
    assert.deepEqual(await pixelsOf(tiff(2, 1, tags, "ff000080 00ff00ff")), ["ff000080 00ff00ff"]);
  });

  test("of several pages the first", async () => {
    const first = await sharp({ create: { width: 4, height: 8, channels: 3, background: "#f00" } })
      .composite([{ input: await plain(4, 4, "#0000ff").png().toBuffer(), top: 4, left: 0 }])
      .removeAlpha()
      .raw()
      .toBuffer();
    const pages = await sharp(first, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
      .tiff({ compression: "lzw" })
      .toBuffer();
    assert.equal((await sharp(pages).metadata()).pages, 2);
    assert.deepEqual(
      await pixelsOf(pages),
      Array.from({ length: 4 }, () => Array(4).fill(red).join(" ")),
    );
  });
});

describe("a JPEG is drawn, whichever it is", () => {
  const settings = { quality: 100, chromaSubsampling: "4:4:4" } as const;

  test("a progressive one has the pixels of another", async () => {
    const [one, other] = await Promise.all(
      [true, false].map(async (progressive) =>
        pixelsOf(
          await drawn(40, 30)
            .jpeg({ ...settings, progressive })
            .toBuffer(),
        ),
      ),
    );
    assert.deepEqual(one, other);
  });

  test("CMYK, whose inks are not light", async () => {
    // Ink can print no colour as bright as a screen shows it: these it can.
    for (const color of ["#808080", "#ffffff", "#b0705a", "#5a7090"]) {
      const cmyk = await plain(16, 16, color).toColourspace("cmyk").jpeg(settings).toBuffer();
      assert.equal((await sharp(cmyk).metadata()).space, "cmyk");
      const { pixel } = await drawnAs("f:png", cmyk);
      const wished = Buffer.from(color.slice(1), "hex");
      const far = [...wished].map((value, band) => Math.abs(value - (pixel(8, 8)[band] ?? 0)));
      assert.ok(Math.max(...far) < 16, `${color}: ${pixel(8, 8)}`);
    }
  });

  test("arithmetic coding has the pixels of another", { skip: foreignPictures.missing }, async () => {
    const other = await pixelsOf(foreignPictures.read("test1.jpg"));
    assert.deepEqual(await pixelsOf(foreignPictures.read("test1.arith.jpg")), other);
  });
});

describe("a PNG is drawn, whichever it is", () => {
  test("16 bits a channel", async () => {
    const raw = { width: 2, height: 1, channels: 3 } as const;
    const values = Uint16Array.of(0xab12, 0xffff, 0x0080, 0x0000, 0x7fff, 0x8000);
    const png = await sharp(values, { raw }).toColourspace("rgb16").png().toBuffer();
    assert.equal((await sharp(png).metadata()).depth, "ushort");
    assert.deepEqual(await pixelsOf(png), ["abff00ff 007f80ff"]);
  });

  test("a palette, with what of it is not seen", async () => {
    const data = Buffer.from("ff0000ff00ff00800000ff00ffffffff", "hex");
    const png = await sharp(data, { raw: { width: 4, height: 1, channels: 4 } })
      .png({ palette: true })
      .toBuffer();
    assert.equal((await sharp(png).metadata()).isPalette, true);
    const [line = ""] = await pixelsOf(png);
    const [first, second, third = "", fourth] = line.split(" ");
    assert.deepEqual([first, second, fourth], [red, "00ff0080", white]);
    assert.equal(third.slice(6), "00");
  });

  test("in seven passes, as in one", async () => {
    const [one, other] = await Promise.all(
      [true, false].map(async (progressive) => pixelsOf(await drawn(21, 13).png({ progressive }).toBuffer())),
    );
    assert.deepEqual(one, other);
  });
});
