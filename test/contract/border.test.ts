import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { findInside } from "../../lambda/contract/border.ts";
import type { Raw } from "../../lambda/contract/step.ts";

function found(picture: Raw, color: readonly number[], threshold: number) {
  const work = findInside(picture, color, threshold);
  for (let next = work.next(); ; next = work.next()) if (next.done) return next.value;
}

/** Small pictures of few values, in which every kind of neighbourhood occurs. */
const picture = fc
  .record({ width: fc.integer({ min: 3, max: 9 }), height: fc.integer({ min: 3, max: 9 }) })
  .chain(({ width, height }) =>
    fc
      .array(fc.constantFrom(100, 100, 100, 110, 111, 90, 89), {
        minLength: width * height * 3,
        maxLength: width * height * 3,
      })
      .map((values): Raw => ({ data: Uint8Array.from(values), width, height, channels: 3 })),
  );

test("what stands out is what libvips takes for it", async () => {
  await fc.assert(
    fc.asyncProperty(picture, async (raw) => {
      const { info } = await sharp(raw.data, { raw })
        .trim({ background: "#646464", threshold: 10 })
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height, trimOffsetLeft = 0, trimOffsetTop = 0 } = info;
      const whole = { left: 0, top: 0, width: raw.width, height: raw.height };
      const theirs = { left: 0 - trimOffsetLeft, top: 0 - trimOffsetTop, width, height };
      assert.deepEqual(found(raw, [100, 100, 100], 10) ?? whole, theirs);
    }),
    { numRuns: 1000 },
  );
});

test("a dot is dust, and stands out from nothing", () => {
  const data = new Uint8Array(20 * 20).fill(255);
  data[10 * 20 + 10] = 0;
  assert.equal(found({ data, width: 20, height: 20, channels: 1 }, [255], 10), undefined);
  for (const at of [9 * 20 + 9, 9 * 20 + 10, 10 * 20 + 9]) data[at] = 0;
  // Of the nine around no px there are more than four.
  assert.equal(found({ data, width: 20, height: 20, channels: 1 }, [255], 10), undefined);
  data[9 * 20 + 8] = 0;
  assert.deepEqual(found({ data, width: 20, height: 20, channels: 1 }, [255], 10), {
    left: 9,
    top: 9,
    width: 1,
    height: 2,
  });
});
