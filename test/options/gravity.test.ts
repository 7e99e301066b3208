import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";

/** A dull wall with one bright flower near its right edge. */
const wall = await sharp({ create: { width: 600, height: 200, channels: 3, background: "#7a7d80" } })
  .composite([
    {
      input: Buffer.from(
        '<svg width="60" height="60"><circle cx="30" cy="30" r="28" fill="#ff2a1a"/><circle cx="30" cy="30" r="10" fill="#ffe14d"/></svg>',
      ),
      left: 500,
      top: 60,
    },
  ])
  .png()
  .toBuffer();

const reddest = async (options: string) => {
  const { width, height, pixel } = await drawnAs(options, wall);
  const [red = 0, green = 0] = pixel(Math.min(width - 1, Math.round(width / 2)), Math.round(height / 2));
  return { width, height, found: red > 200 && red > green };
};

describe("smart gravity finds what catches the eye", () => {
  for (const [options, width, height] of [
    ["rs:fill:200:200/g:sm", 200, 200],
    ["c:100:100:sm", 100, 100],
    ["c:0.2:0.5/g:sm", 120, 100],
    ["c:100:100:sm/w:50", 50, 50],
    ["c:100:100:sm/rot:90/f:webp", 100, 100],
  ] as const) {
    test(options, async () => {
      const around = await drawnAs(options, wall);
      assert.deepEqual([around.width, around.height], [width, height]);
      const pixels = Array.from({ length: width * height }, (_, at) =>
        around.pixel(at % width, Math.floor(at / width)),
      );
      assert.ok(
        pixels.some(([red = 0, green = 0]) => red > 200 && green < 100),
        "the flower is not in it",
      );
    });
  }
});

test("the centre would have missed it", async () => {
  assert.equal((await reddest("rs:fill:200:200/g:ce")).found, false);
});
