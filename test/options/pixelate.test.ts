import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { open } from "../../lambda/image/open.ts";
import { plan } from "../../lambda/image/plan.ts";
import { render } from "../../lambda/image/render.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { drawnAs } from "../drawing.ts";
import { noOffers, optionsOf } from "../options-of.ts";
import { drawn } from "../pictures.ts";

const config = readConfig({});
const limits = limitsOf(config);

const source = await drawn(50, 35).png().toBuffer();
const original = await drawnAs("f:png", source);

/** The mean of a square of the source; beyond its edges lies what a mirror would show. */
function mean(left: number, top: number, size: number): readonly number[] {
  const mirrored = (at: number, side: number) => (at < side ? at : 2 * side - 1 - at);
  const sum = [0, 0, 0];
  for (let y = top; y < top + size; y++) {
    for (let x = left; x < left + size; x++) {
      const pixel = original.pixel(mirrored(x, original.width), mirrored(y, original.height));
      for (const channel of sum.keys()) sum[channel] = (sum[channel] ?? 0) + (pixel[channel] ?? 0);
    }
  }
  return sum.map((total) => total / size ** 2);
}

for (const size of [2, 3, 8, 12]) {
  test(`squares of ${size} px have one colour, their mean, also at the edges`, async () => {
    const picture = await drawnAs(`pix:${size}/f:png`, source);
    assert.deepEqual([picture.width, picture.height], [50, 35]);
    for (let y = 0; y < 35; y++) {
      for (let x = 0; x < 50; x++) {
        const [left, top] = [x - (x % size), y - (y % size)];
        const expected = mean(left, top, size);
        // Lines first, then columns: libvips rounds each mean down.
        const off = expected.map((value, at) => Math.abs(value - (picture.pixel(x, y)[at] ?? 0)));
        assert.ok(Math.max(...off) < 2, `${x},${y}: ${picture.pixel(x, y)}, expected ${expected}`);
      }
    }
  });
}

test("one px is no square, and a square larger than the picture is its longer side", async () => {
  assert.ok((await drawnAs("pix:1/f:png", source)).data.equals(original.data));
  const [larger, longest] = await Promise.all(
    ["pix:4000", "pix:50"].map((pix) => drawnAs(`${pix}/f:png`, source)),
  );
  assert.ok(larger?.data.equals(longest?.data ?? Buffer.of()));
});

test("it pixelates what was scaled, before it is padded", async () => {
  const picture = await drawnAs("w:25/pix:5/pd:5/bg:ff0000/f:png", source);
  assert.equal(picture.width, 35);
  assert.deepEqual(picture.pixel(4, 4), [255, 0, 0, 255]);
  assert.deepEqual(picture.pixel(5, 5), picture.pixel(9, 9));
  assert.notDeepEqual(picture.pixel(5, 5), picture.pixel(10, 5));
});

describe("a long drawing", () => {
  /** ms that pass whenever the time is asked for. */
  const PASSES = 100;

  /** Draws 200 rows of squares, on a clock that goes on by itself; `most` is how often it was asked between two turns of the event loop. */
  async function drawnWithin(ms: number, { mock }: TestContext) {
    const rows = await drawn(10, 400).png().toBuffer();
    let [asked, seen, most] = [0, 0, 0];
    mock.method(performance, "now", () => ++asked * PASSES);
    const turn = () => {
      most = Math.max(most, asked - seen);
      seen = asked;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    try {
      const deadline = Deadline.in(ms);
      const { options } = optionsOf("pix:2/f:png");
      const opened = await open({ bytes: rows }, options, limits, deadline);
      const picture = await render(plan(options, opened.info, noOffers, limits, config), opened, deadline);
      return { picture, asked, most };
    } finally {
      clearImmediate(next);
    }
  }

  test("ends at the deadline, between two rows", async (context) => {
    await assert.rejects(drawnWithin(100 * PASSES, context), {
      name: "Timeout",
      message: "pixelate: the time is up",
    });
  });

  test("lets others be heard between its rows", async (context) => {
    const { picture, asked, most } = await drawnWithin(10_000 * PASSES, context);
    assert.equal(picture.height, 400);
    assert.ok(asked > 200, `asked ${asked} times`);
    assert.ok(most < 20, `asked ${most} times at one go`);
  });
});
