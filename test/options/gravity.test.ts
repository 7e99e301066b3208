import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";

/** A dull wall of 600x200 with one bright flower, 56 px wide, around a point. */
const wallWith = (x: number, y: number) =>
  sharp({ create: { width: 600, height: 200, channels: 3, background: "#7a7d80" } })
    .composite([
      {
        input: Buffer.from(
          '<svg width="60" height="60"><circle cx="30" cy="30" r="28" fill="#ff2a1a"/><circle cx="30" cy="30" r="10" fill="#ffe14d"/></svg>',
        ),
        left: x - 30,
        top: y - 30,
      },
    ])
    .png()
    .toBuffer();

/** The flower near the right edge. */
const wall = await wallWith(530, 90);

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

/** The middle of what is red. */
async function flowerIn(options: string, source: Buffer) {
  const { width, height, pixel } = await drawnAs(options, source);
  const red = Array.from(
    { length: width * height },
    (_, at) => [at % width, Math.floor(at / width)] as const,
  ).filter(([x, y]) => (pixel(x, y)[0] ?? 0) > 200);
  const middle = (side: readonly number[]) => Math.round((Math.min(...side) + Math.max(...side)) / 2);
  return { width, height, x: middle(red.map(([x]) => x)), y: middle(red.map(([, y]) => y)) };
}

/** px of a 600x200 picture by which sharp may miss the middle of what it found. */
const OFF = 25;

describe("smart gravity puts what it found in the middle, as far as the edges allow", () => {
  for (const [x, y, options, width, height, expected, held] of [
    [150, 100, "c:100:100:sm", 100, 100, [50, 50], ""],
    [150, 100, "c:0.25:0.5:sm", 150, 100, [75, 50], ""],
    [300, 100, "rs:fill:200:200/g:sm", 200, 200, [100, 100], "y"],
    [450, 100, "rs:fill:200:200/g:sm", 200, 200, [100, 100], "y"],
    [450, 100, "rs:fill:100:100/g:sm", 100, 100, [50, 50], "y"],
    [150, 100, "c:100:50:sm", 100, 50, [50, 25], ""],
    [40, 100, "c:100:100:sm", 100, 100, [40, 50], "x"],
    [40, 100, "rs:fill:200:200/g:sm", 200, 200, [40, 100], "xy"],
    [560, 100, "c:100:100:sm", 100, 100, [60, 50], "x"],
    [560, 100, "rs:fill:200:200/g:sm", 200, 200, [160, 100], "xy"],
    [300, 35, "c:100:100:sm", 100, 100, [50, 35], "y"],
    [300, 165, "c:100:100:sm", 100, 100, [50, 65], "y"],
    [40, 35, "c:150:100:sm", 150, 100, [40, 35], "xy"],
    [560, 165, "c:150:100:sm", 150, 100, [110, 65], "xy"],
  ] as const) {
    test(`${options} around ${x},${y}`, async () => {
      const found = await flowerIn(`${options}/f:png`, await wallWith(x, y));
      assert.deepEqual([found.width, found.height], [width, height]);
      // Along a side where an edge holds the box, only the halving of a px is left to chance.
      const most = (side: "x" | "y") => (held.includes(side) ? 1 : OFF);
      const [across, down] = expected;
      const isNear = Math.abs(found.x - across) <= most("x") && Math.abs(found.y - down) <= most("y");
      assert.ok(isNear, `${found.x},${found.y}, expected ${expected}`);
    });
  }
});

test("the eye is caught by the picture as it is, not by a smaller one", async () => {
  const drawn = await drawnAs("c:150:190:sm/f:png", wall);
  const { data } = await sharp(wall)
    .resize(150, 190, { fit: "cover", position: "attention", withoutReduction: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.ok(drawn.data.equals(data), "another part was cut out");
});
