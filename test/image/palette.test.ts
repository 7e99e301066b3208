import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";
import { psnrOf } from "../golden/compare.ts";

/** A chart of four colours, of which one is transparent. */
const chart = (format: "png" | "gif") => {
  const bar = (color: string, left: number) => ({
    input: { create: { width: 30, height: 40, channels: 3 as const, background: color } },
    left,
    top: 10,
  });
  const image = sharp({ create: { width: 120, height: 60, channels: 4, background: "#0000" } });
  const bars = image.composite([bar("#e00", 5), bar("#0a0", 45), bar("#00d", 85)]);
  return format === "png" ? bars.png({ palette: true, colours: 4 }).toBuffer() : bars.gif().toBuffer();
};

const pixelsOf = async (source: Buffer) => sharp(source).ensureAlpha().raw().toBuffer();

test("a palette stays one, with the colours it had", async () => {
  for (const format of ["png", "gif"] as const) {
    const source = await chart(format);
    for (const options of ["", "mb:90000", "sm:0"]) {
      const picture = await drawnAs(`${options}/f:png`, source);
      assert.equal((await picture.metadata()).isPalette, true, `${format} ${options}`);
      assert.equal(psnrOf(await pixelsOf(source), picture.data), Infinity, `${format} ${options}`);
    }
    for (const options of ["c:60:30", "rot:90/fl:1", "pd:7"])
      assert.equal((await (await drawnAs(`${options}/f:png`, source)).metadata()).isPalette, true, options);
  }
});

test("what is drawn of a palette has as many colours as its index can tell, and no more", async () => {
  const scaled = await drawnAs("w:77/f:png", await chart("png"));
  const { isPalette, bitsPerSample } = await scaled.metadata();
  assert.deepEqual([isPalette, bitsPerSample], [true, 2]);
  assert.equal(new Set(Array.from({ length: 77 * 38 }, (_, at) => scaled.data.readUInt32BE(4 * at))).size, 4);
});

test("a picture that no palette could hold is written without one", async () => {
  const picture = await drawnAs("f:webp", await chart("png"));
  assert.equal((await picture.metadata()).isPalette, false);
});

test("a picture without a palette is given none", async () => {
  const flat = await sharp(await chart("png"))
    .png()
    .toBuffer();
  assert.equal((await (await drawnAs("f:png", flat)).metadata()).isPalette, false);
});
