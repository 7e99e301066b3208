import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { handedOn, resampled, type Scaled, scaledBy } from "../../lambda/contract/resampling.ts";
import { drawn } from "../pictures.ts";

const png = (width: number, height: number): Scaled => ({ width, height, format: "png", encoded: true });
const jpeg = (width: number, height: number): Scaled => ({ width, height, format: "jpeg", encoded: true });
const both = (scale: number) => ({ width: scale, height: scale });

test("a side is as long as the resampler makes it, which decides halves by its own division", () => {
  assert.equal(resampled(160, 1 / (320 / 19)), 10);
  assert.equal(resampled(3, 0.01), 1);
  assert.equal(resampled(100, 1.165), 117);
});

test("a JPEG's size comes of the picture its decoder shrank", () => {
  const scale = 1 / (200 / 7);
  assert.deepEqual(scaledBy(png(200, 100), both(scale)), { width: 7, height: 4 });
  assert.deepEqual(scaledBy(jpeg(200, 100), both(scale)), { width: 7, height: 3 });
});

test("the side that comes out whole is handed on alone, so that the other keeps the proportion", () => {
  const scale = 60 / 200;
  assert.deepEqual(handedOn(png(200, 101), { width: 60, height: 30 }, both(scale)), {
    width: 60,
    fit: "inside",
  });
  assert.deepEqual(handedOn(png(101, 200), { width: 30, height: 60 }, both(scale)), {
    height: 60,
    fit: "inside",
  });
});

test("both sides are handed on where each has a scale of its own", () => {
  assert.deepEqual(handedOn(png(200, 100), { width: 60, height: 90 }, { width: 0.3, height: 0.9 }), {
    width: 60,
    height: 90,
    fit: "fill",
  });
});

test("what is handed on makes the size that was planned", async () => {
  for (const [width, height] of [
    [675, 900],
    [201, 99],
    [640, 427],
  ] as const) {
    const source = await drawn(width, height).jpeg().toBuffer();
    for (let to = 3; to < 140; to += 7) {
      const from = jpeg(width, height);
      const scales = both(1 / (width / to));
      const planned = scaledBy(from, scales);
      const { info } = await sharp(source)
        .resize(handedOn(from, planned, scales))
        .raw()
        .toBuffer({ resolveWithObject: true });
      assert.deepEqual({ width: info.width, height: info.height }, planned, `${width}x${height} to ${to}`);
    }
  }
});
