import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";
import { psnrOf } from "../golden/compare.ts";
import { drawn } from "../pictures.ts";

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

test("a palette stays one where that costs no colour", async () => {
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

test("a picture with more colours than its palette had keeps them all", async () => {
  const scaled = await drawnAs("w:77/f:png", await chart("png"));
  const whole = await sharp(await chart("png"))
    .resize({ width: 77 })
    .ensureAlpha()
    .raw()
    .toBuffer();
  assert.equal((await scaled.metadata()).isPalette, false);
  assert.ok(Buffer.from(scaled.data).equals(whole), "colours were lost");

  const painted = await drawnAs("pd:7/bg:123456/f:png", await drawn(60, 40).png({ colours: 256 }).toBuffer());
  assert.deepEqual(painted.pixel(0, 0), [0x12, 0x34, 0x56, 255]);
});

test("a picture without a palette is given none", async () => {
  const flat = await sharp(await chart("png"))
    .png()
    .toBuffer();
  assert.equal((await (await drawnAs("f:png", flat)).metadata()).isPalette, false);
});
