import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import type { Format } from "../../lambda/formats.ts";
import { passes } from "../../lambda/image/passes.ts";
import { canvasOf, type ImageInfo, layOut } from "../../lambda/image/plan.ts";
import { drawnAs } from "../drawing.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
import { drawn } from "../pictures.ts";

const calls = (text: string, format: Format, more: Partial<ImageInfo> = {}) => {
  const source = { ...jpegOf(6000, 4000), format, ...more };
  return passes(layOut(optionsOf(text).options, canvasOf(source, noOffers)).strokes).map((pass) =>
    pass.map(({ call }) => call),
  );
};

test("what is usually asked for is drawn in one pass", () => {
  for (const format of ["jpeg", "png", "webp"] as const) {
    for (const text of [
      "w:300",
      "rs:fit:600:600",
      "rs:fill:300:300",
      "rs:fill:300:300/rot:90",
      "rs:fit:600:600/pd:10/bg:fff",
      "c:3000:2000/rs:fit:600:600",
      "w:300/sh:0.5",
    ]) {
      assert.equal(calls(text, format).length, 1, `${text} of ${format}`);
      if (!text.includes("pd")) assert.equal(calls(text, format, { profile: true }).length, 1, text);
    }
  }
});

test("a crop of a large JPEG, of a WebP or an SVG leaves the shrinking to the decoder", () => {
  const crop = "c:3000:2000:ce/rs:fit:600:600";
  for (const format of ["jpeg", "webp", "svg"] as const)
    assert.deepEqual(calls(crop, format), [["resize", "extractAfter"]], format);
  assert.deepEqual(calls(crop, "png"), [["extractBefore", "resize"]]);
  assert.deepEqual(calls(crop, "jpeg", { width: 600, height: 400 }), []);
});

test("a small JPEG is cut to the pixel, as imgproxy's is", () => {
  const strokes = calls("c:300:200:ce/w:60", "jpeg", { width: 600, height: 400 });
  assert.deepEqual(strokes, [["extractBefore", "resize"]]);
});

test("a cut after scaling shows the same as one before it, give or take half a pixel", async () => {
  const slopes = drawn(2400, 1600).recomb([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ]);
  const source = await slopes.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
  for (const options of ["c:1201:803:ce/w:200", "c:1500:900:soea:11:7/h:150", "c:0.5:0.4:fp:0.3:0.8/w:133"]) {
    const late = await drawnAs(`${options}/f:png`, source);
    const early = await drawnAs(`${options}/f:png`, await sharp(source).png().toBuffer());
    assert.ok(Math.abs(late.height - early.height) <= 1 && Math.abs(late.width - early.width) <= 1, options);
    // Red grows from left to right, green from top to bottom: a colour tells where the pixel was.
    for (const [x, y] of [
      [5, 5],
      [120, 60],
    ] as const) {
      const [one, other] = [late.pixel(x, y), early.pixel(x, y)];
      assert.ok(Math.abs((one[0] ?? 0) - (other[0] ?? 0)) <= 2, `${options}: ${one} ≠ ${other}`);
      assert.ok(Math.abs((one[1] ?? 0) - (other[1] ?? 0)) <= 2, `${options}: ${one} ≠ ${other}`);
    }
  }
});
