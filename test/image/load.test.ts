import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Format } from "../../lambda/formats.ts";
import { canvasOf, layOut } from "../../lambda/image/plan.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
import { oracle } from "../oracle.ts";

type Sides = readonly [width: number, height: number];

interface CropOnLoad {
  readonly source: { readonly width: number; readonly height: number };
  readonly options: string;
  readonly png: Sides;
  readonly jpeg: Sides;
  readonly webp: Sides;
}

const planned = (text: string, width: number, height: number, format: Format) =>
  layOut(optionsOf(text).options, canvasOf({ ...jpegOf(width, height), format }, noOffers));

describe("a crop has the size that imgproxy's has, which its decoder shrinks first", () => {
  for (const vector of oracle<CropOnLoad>("scaleOnLoadCropDerived")) {
    const { source, options } = vector;
    for (const format of ["png", "jpeg", "webp"] as const) {
      test(`${source.width}x${source.height} ${options} ${format}`, () => {
        const { canvas } = planned(options, source.width, source.height, format);
        assert.deepEqual([canvas.width, canvas.height], vector[format]);
      });
    }
  }
});
