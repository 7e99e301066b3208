import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { plan } from "../../lambda/image/plan.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
import type { Env } from "../services.ts";

/** What is planned of a source of this size, in a function with these variables. */
function planned(options: string, width: number, height: number, env: Env = {}) {
  const config = readConfig(env);
  return plan(optionsOf(options).options, jpegOf(width, height), noOffers, limitsOf(config), config);
}

for (const [options, width, height] of [
  ["pd:0:5000000/f:png", 100, 10],
  ["z:1e308/el:1", 100, 100],
  ["z:1e308/w:9/el:1", 100, 100],
  ["dpr:1e300/w:10/el:1", 100, 100],
  ["rs:force:9000:9000/el:1/bl:2/pd:1", 100, 100],
  ["rs:fill:10:10000/el:1/g:sm/bl:5", 40_000, 10],
  ["f:png", 50_000_000, 1],
] as const) {
  test(`${options} of ${width}x${height} is refused before a byte is decoded`, () => {
    assert.throws(() => planned(options, width, height), { name: "ResultTooBig", status: 422 });
  });
}

test("what is held between passes must fit into the function's memory", () => {
  const twice = "rs:force:6000:6000/el:1/bl:2/pix:3/pd:1/f:png";
  assert.doesNotThrow(() => planned(twice, 100, 100));
  const small = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256" };
  assert.throws(() => planned(twice, 100, 100, small), { name: "ResultTooBig" });
  assert.doesNotThrow(() => planned("rs:force:600:600/el:1/bl:2/pix:3/pd:1", 100, 100, small));
});

test("so must a watermark beside them, as far as it lies on the picture", () => {
  const env = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256" };
  const marked = (options: string, watermark = jpegOf(100, 100)) => {
    const config = readConfig(env);
    const source = { ...jpegOf(5000, 5000), watermark };
    return () => plan(optionsOf(options).options, source, noOffers, limitsOf(config), config);
  };
  const sized = "rs:force:4000:5001/el:1";
  assert.doesNotThrow(marked(`${sized}/wm:1:ce`));
  assert.throws(marked(`${sized}/wm:1:re`), { name: "ResultTooBig" });
  // 50000x50000, of which the middle is drawn.
  assert.doesNotThrow(marked("w:1000/wm:1:ce:0:0:50"));
  assert.throws(marked("w:1000/wm:1:ce:0:0:5e6"), { name: "ResultTooBig" });
});

test("an AVIF that its encoder could not hold is refused, as a JPEG it is drawn", () => {
  assert.throws(() => planned("rs:force:8000:6100/el:1/f:avif", 100, 100), { name: "ResultTooBig" });
  assert.doesNotThrow(() => planned("rs:force:8000:6100/el:1/f:jpeg", 100, 100));
  assert.doesNotThrow(() => planned("rs:force:6000:6000/el:1/f:avif", 100, 100));
  assert.throws(() => planned("rs:force:4000:4000/el:1/f:jxl", 100, 100), { name: "ResultTooBig" });
  assert.doesNotThrow(() => planned("rs:force:3900:4000/el:1/f:jxl", 100, 100));
});

test("what one pass draws is never held whole, and may be larger on the way", () => {
  // Scaled to 8000x8000, of which 100x100 are kept.
  assert.doesNotThrow(() =>
    planned("rs:fill:8000:8000/el:1", 4000, 3000, { IMGPROXY_MAX_SRC_RESOLUTION: "64" }),
  );
  assert.doesNotThrow(() => planned("w:300", 7000, 7000));
});

test("what a format cannot hold is laid out smaller, not drawn whole and then made smaller", () => {
  for (const [options, width, height] of [
    ["pd:0:5000000/f:webp", 100, 10],
    ["h:569/el:1/rot:90/f:webp", 1, 900],
    ["rs:force:100000:1000/el:1/pd:10/f:gif", 100, 100],
  ] as const) {
    const { canvas, strokes } = planned(options, width, height);
    const longest = Math.max(...strokes.flatMap(({ leaves }) => [leaves.width, leaves.height]));
    assert.ok(
      longest <= Math.max(canvas.width, canvas.height, width, height) + 2,
      `${options}: ${longest} px`,
    );
  }
});

test("what is finished is held with all that its file is to tell, and must fit as well", () => {
  const env = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512" };
  for (const options of ["sm:0", "scp:0"]) {
    assert.throws(() => planned(`${options}/f:png`, 7000, 7000, env), { name: "ResultTooBig" });
    assert.doesNotThrow(() => planned(`${options}/f:png`, 5000, 5000, env));
  }
  assert.doesNotThrow(() => planned("f:png", 7000, 7000, env));
});

test("16 bits a channel take twice the memory that 8 do", () => {
  const config = readConfig({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512" });
  const of = (deep: boolean) => () =>
    plan(optionsOf("bl:2/pd:1").options, { ...jpegOf(7000, 7000), deep }, noOffers, limitsOf(config), config);
  assert.doesNotThrow(of(false));
  assert.throws(of(true), { name: "ResultTooBig" });
});
