import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { type ImageInfo, plan } from "../../lambda/image/plan.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";

const config = readConfig({});
const photo = jpegOf(4000, 3000);
const still: ImageInfo = { ...photo, format: "png" };
const square: ImageInfo = { ...jpegOf(1000, 1000), format: "png" };

/** Decode, draw and encode, ms: megapixels by the rate of what is done to them. */
type Predicted = readonly [decode: number, draw: number, encode: number];

const predictions: readonly (readonly [
  why: string,
  options: string,
  source: ImageInfo,
  predicted: Predicted,
])[] = [
  ["a picture as it is", "f:jpeg", photo, [12 * 5, 0, 12 * 13]],
  ["a JPEG shrinks while it is decoded", "w:400/f:jpeg", photo, [12 * 5 * 0.35, 0.12 * 6, 0.12 * 13]],
  ["but not to more than half its sides", "w:2000/f:jpeg", photo, [12 * 5, 3 * 6, 3 * 13]],
  [
    "also where it is cut",
    "c:2000:1500/w:400/f:jpeg",
    photo,
    [12 * 5 * 0.35, 0.48 * 6 + 0.12 * 3, 0.12 * 13],
  ],
  ["a PNG does not", "c:2000:1500/w:400/f:jpeg", still, [12 * 18, 3 * 3 + 0.12 * 6, 0.12 * 13]],
  ["a cut after scaling does not hinder it", "rs:fill:300:300/f:jpeg", photo, [21, 0.72 + 0.27, 1.17]],
  ["a WebP shrinks too", "w:100/f:png", { ...square, format: "webp" }, [27 * 0.35, 0.06, 1]],
  ["a PNG does not", "w:100/f:png", square, [18, 0.01 * 6, 0.01 * 100]],
  ["the answer's format is encoded, the source's decoded", "f:webp", square, [18, 0, 150]],
  ["AVIF", "f:avif", { ...square, format: "gif" }, [12, 0, 100]],
  ["GIF", "f:gif", { ...square, format: "tiff" }, [3, 0, 900]],
  ["TIFF", "f:tiff", { ...square, format: "avif" }, [45, 0, 3]],
  ["SVG", "f:jpeg", { ...square, format: "svg" }, [50, 0, 13]],
];

const strokes: readonly (readonly [options: string, source: ImageInfo, draw: number])[] = [
  ["c:500:1000", square, 0.5 * 3],
  ["rs:force:500:200", square, 0.1 * 6],
  ["fl:1", square, 1 * 3],
  ["rot:90", square, 1 * 3],
  ["rs:fill-down:1000:500", square, 0.5 * 3],
  ["bl:2", square, 1 * 5],
  ["sh:1", square, 1 * 90],
  ["pix:8", square, 1 * 20],
  ["rs:fit:2000:1000/ex:1", square, 2 * 3],
  ["rs:fit:2000:1000/exar:1", square, 2 * 3],
  ["pd:500:0", square, 2 * 3],
  ["bg:ffffff", { ...square, alpha: true }, 1 * 3],
  ["f:webp", { ...square, width: 32_766, height: 100 }, 16_383 * 50 * 6e-6],
  ["w:500/bl:2/sh:1/pd:250:0", square, 0.25 * 6 + 0.25 * 5 + 0.25 * 90 + 0.5 * 3],
];

const costOf = (options: string, source: ImageInfo) =>
  plan(optionsOf(options).options, source, noOffers, limitsOf(config), config).cost;

const near = (got: number, expected: number) =>
  assert.ok(Math.abs(got - expected) < 1e-9, `${got} ms, expected ${expected}`);

describe("the time a picture takes is predicted", () => {
  for (const [why, options, source, [decode, draw, encode]] of predictions) {
    test(`${why}: ${options}`, () => {
      const cost = costOf(options, source);
      near(cost.decode, decode);
      near(cost.draw, draw);
      near(cost.encode, encode);
      near(cost.total, decode + draw + encode);
    });
  }
});

describe("a stroke costs its rate by the megapixels it leaves", () => {
  for (const [options, source, draw] of strokes)
    test(`${options}: ${draw} ms`, () => near(costOf(options, source).draw, draw));
});
