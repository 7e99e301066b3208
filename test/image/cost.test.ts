import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { plan } from "../../lambda/image/plan.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";

/** ms predicted for two megapixels. */
function predicted(text: string, env: Readonly<Record<string, string>> = {}, source = jpegOf(1600, 1250)) {
  const config = readConfig(env);
  return plan(optionsOf(text).options, source, noOffers, limitsOf(config), config).cost;
}

test("a blur costs what its sigma does: a hundred times as much takes no ten milliseconds", () => {
  assert.ok(predicted("bl:2").draw < 20);
  assert.ok(predicted("bl:100").draw > 100);
  assert.ok(predicted("bl:500").draw > 10_000);
  assert.ok(predicted("bl:1e9").draw > predicted("bl:500").draw);
});

test("sharpening with a wide mask costs more", () => {
  assert.ok(predicted("sh:10").draw > 1.2 * predicted("sh:1").draw);
});

test("AVIF and WebP cost what their effort does, a PNG what its colours do", () => {
  const avif = (speed: string) => predicted("f:avif", { IMGPROXY_AVIF_SPEED: speed }).encode;
  assert.ok(avif("0") > 100 * avif("8"));
  const webp = (effort: string) => predicted("f:webp", { IMGPROXY_WEBP_EFFORT: effort }).encode;
  assert.ok(webp("6") > 2 * webp("4"));
  const png = (colors: string) =>
    predicted("f:png", { IMGPROXY_PNG_QUANTIZE: "true", IMGPROXY_PNG_QUANTIZATION_COLORS: colors }).encode;
  assert.ok(png("256") > 2 * png("2"));
  assert.ok(png("256") > 5 * predicted("f:png").encode);
});

test("max_bytes costs every encoding it takes, and the copy they begin with", () => {
  const once = predicted("f:jpeg");
  assert.equal(predicted("f:jpeg/mb:90000000").encode, once.encode);
  assert.ok(predicted("f:jpeg/mb:90000000").draw > once.draw);
  assert.equal(predicted("f:jpeg/mb:1000").encode, 3 * once.encode);
});

test("pixels that are held between two passes cost a copy", () => {
  const [one, two] = [predicted("bl:2"), predicted("bl:2/pd:1:0:0:0")];
  assert.ok(two.draw > one.draw + 2 * 3 + 2 * 3 - 0.1);
});

test("a picture that was large on the way costs what it was there", () => {
  const cut = predicted("rs:fill:20000:10/el:1");
  assert.ok(cut.draw > 500, `${cut.draw}`);
});

test("what is decoded smaller costs less, and a resize what it reads", () => {
  const large = jpegOf(6000, 4000);
  const cost = (text: string, format: "jpeg" | "png") => predicted(text, {}, { ...large, format });
  assert.ok(cost("w:300", "jpeg").decode < 0.6 * cost("", "jpeg").decode);
  assert.ok(cost("c:3000:2000/rs:fit:600:600", "jpeg").decode < 0.7 * cost("", "jpeg").decode);
  assert.ok(cost("w:300", "png").draw > 24);
});

/** Decode, draw and encode, ms: megapixels by the rate of what is done to them. */
const byHand: readonly (readonly [
  options: string,
  source: "jpeg" | "png",
  side: number,
  ms: readonly number[],
])[] = [
  ["f:jpeg", "jpeg", 4000, [16 * 5, 0, 16 * 13]],
  // The decoder hands over an eighth of each side: 500x500.
  ["w:400/f:jpeg", "jpeg", 4000, [16 * 5 * 0.5, 0.16 * 6 + 0.09 * 2, 0.16 * 13]],
  ["f:webp", "png", 1000, [18, 0, 150]],
  ["w:100/f:png", "png", 1000, [18, 0.01 * 6 + 0.99 * 2, 1]],
  ["rot:90/f:png", "png", 1000, [18, 3, 100]],
  ["pd:500:0/f:png", "png", 1000, [18, 2 * 3, 2 * 100]],
];

for (const [options, format, side, [decode = 0, draw = 0, encode = 0]] of byHand) {
  test(`${options} of ${side}x${side} ${format}: ${decode} + ${draw} + ${encode} ms`, () => {
    const cost = predicted(options, {}, { ...jpegOf(side, side), format });
    for (const [got, expected] of [
      [cost.decode, decode],
      [cost.draw, draw],
      [cost.encode, encode],
      [cost.total, decode + draw + encode],
    ] as const)
      assert.ok(Math.abs(got - expected) < 1e-9, `${got} ms, expected ${expected}`);
  });
}

test("a watermark costs its decoding, and what it covers more than what it leaves free", () => {
  const mark = { ...jpegOf(1000, 1000), format: "png" as const };
  const source = { ...jpegOf(4000, 4000), watermark: mark };
  // Decoded for 18 ms, laid on 1 of 16 megapixels at 45 more; all are copied.
  assert.equal(predicted("wm:1:nowe", {}, source).draw, 18 + 16 * 3 + 1 * 45);
  assert.equal(predicted("wm:1:re", {}, source).draw, 18 + 16 * 3 + 16 * (3 + 45));
  // Scaled to 40000x40000, of which 16 megapixels are drawn.
  assert.ok(predicted("wm:1:ce:0:0:10", {}, source).draw < 1000);
});
