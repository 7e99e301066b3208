import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MOST_PADDED, paddedFor, paddedSide } from "../../lambda/contract/padded.ts";
import { resampled } from "../../lambda/contract/resampling.ts";
import { drawnAs, plain } from "../drawing.ts";

const px = fc.integer({ min: 1, max: 4000 });

test("a side that a scale makes whole is not padded", () => {
  assert.deepEqual(paddedSide(200, 60, 0.3), { before: 0, after: 0, scaled: 60, cut: 0 });
  assert.deepEqual(paddedSide(200, 300, 1.5), { before: 0, after: 0, scaled: 300, cut: 0 });
});

/** px of the result by which its first and last px lie elsewhere than the scale puts them; 0 where nothing is padded. */
function missed(side: number, by: number): number {
  const to = resampled(side, by);
  const padded = paddedSide(side, to, by);
  if (!padded) return 0;
  const { before, after, scaled, cut } = padded;
  assert.ok(before >= 0 && after >= 0 && cut >= 0 && cut + to <= scaled, JSON.stringify(padded));
  const apart = (before + side + after) / scaled;
  // What is scaled down is scaled from its middle.
  const rest = by < 1 ? (side - to / by) / 2 : 0;
  const off = (at: number) => (at + cut + 0.5) * apart - before - ((at + 0.5) / by + rest);
  return Math.max(Math.abs(off(0)), Math.abs(off(to - 1))) * by;
}

test("what is padded, scaled to whole px and cut lies where the scale puts it", () => {
  fc.assert(
    fc.property(px, fc.double({ min: 0.02, max: 8, noNaN: true }), (side, by) => {
      assert.ok(missed(side, by) <= 0.5);
    }),
  );
  const usual = Array.from({ length: 1000 }, (_, at) => missed(100 + at, 0.25 + at / 1200));
  const mean = usual.reduce((sum, one) => sum + one, 0) / usual.length;
  assert.ok(mean < 0.01, `${mean} px off on average`);
});

test("nothing grows above what may be held, whatever the sides", () => {
  const size = fc.record({
    width: fc.integer({ min: 1, max: 1e6 }),
    height: fc.integer({ min: 1, max: 1e6 }),
  });
  const scales = fc.record({
    width: fc.double({ min: 1e-6, max: 1e5, noNaN: true }),
    height: fc.double({ min: 1e-6, max: 1e5, noNaN: true }),
  });
  fc.assert(
    fc.property(size, scales, (from, by) => {
      const to = { width: resampled(from.width, by.width), height: resampled(from.height, by.height) };
      const padded = paddedFor(from, to, by);
      if (padded) assert.ok(padded.size.width * padded.size.height <= MOST_PADDED * 1e6);
    }),
  );
});

test("a ramp that is scaled by part of a px rises as it did", async () => {
  const [width, height, by] = [60, 40, 0.309];
  const ramp = Buffer.from(
    Array.from({ length: width * height * 3 }, (_, at) => (Math.floor(at / 3) % width) * 4),
  );
  const source = await plain(width, height, "#000")
    .composite([{ input: ramp, raw: { width, height, channels: 3 } }])
    .png()
    .toBuffer();
  const drawn = await drawnAs(`w:${width}/z:${by}/f:png`, source);
  assert.deepEqual([drawn.width, drawn.height], [19, 12]);
  const rest = (width - drawn.width / by) / 2;
  for (const x of [5, 9, 14]) {
    const expected = ((x + 0.5) / by + rest - 0.5) * 4;
    const [red = 0] = drawn.pixel(x, 6);
    assert.ok(Math.abs(red - expected) <= 1, `${red} at ${x}, ${expected} expected`);
  }
});
