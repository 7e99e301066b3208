import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Size } from "../../lambda/contract/canvas.ts";
import type { Stroke } from "../../lambda/contract/stroke.ts";
import { canvasOf, layOut } from "../../lambda/image/plan.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
import { oracle } from "../oracle.ts";

interface Derived {
  readonly source: {
    readonly width: number;
    readonly height: number;
    readonly orientation: number;
    readonly vector?: boolean;
  };
  readonly options: string;
  readonly width: number;
  readonly height: number;
  readonly dprScale: number;
  readonly steps: readonly DerivedStep[];
}
type DerivedStep = { readonly op: string } & Readonly<Record<string, number | boolean | string>>;

const facts = ({ vector = false, ...source }: Derived["source"]) => ({
  ...jpegOf(source.width, source.height),
  ...source,
  vector,
  format: vector ? ("svg" as const) : ("png" as const),
  watermark: jpegOf(200, 200),
});

function planned({ source, options: text }: Pick<Derived, "source" | "options">) {
  const { options } = optionsOf(text);
  return layOut(options, canvasOf(facts(source), noOffers), options.max_result_dimension);
}

/** What a stroke does to the picture, as imgproxy's vectors say it. */
interface Move {
  readonly op: "scale" | "cut" | "extend";
  readonly box: Readonly<Record<string, number | boolean | string | undefined>>;
}

/** imgproxy's steps in ours: its crop stands for two of ours, its turn is told by four numbers. */
function expected({ op, ...numbers }: DerivedStep): readonly Move[] {
  const { left, top, width, height } = numbers;
  if (op === "resize") return [{ op: "scale", box: { width, height } }];
  if (op === "crop") return [{ op: "cut", box: { left, top, width, height } }];
  if (op === "embed") return [{ op: "extend", box: { left, top, width, height } }];
  return [];
}

/** One scaling is told as one, also where the picture is padded for it and cut after. */
function moves(
  { step, call, args: [data], leaves }: Stroke,
  at: number,
  all: readonly Stroke[],
): readonly Move[] {
  const { width, height } = leaves;
  if (step === "scale") return all[at + 1]?.step === "scale" ? [] : [{ op: "scale", box: { width, height } }];
  if (call === "resize") return [{ op: "scale", box: { width, height } }];
  const { left, top } = (data ?? {}) as { readonly left?: number; readonly top?: number };
  if (call === "extend") return [{ op: "extend", box: { left, top, width, height } }];
  return call.startsWith("extract") ? [{ op: "cut", box: { left, top, width, height } }] : [];
}

describe("geometryDerived: a plan is imgproxy's plan, to the pixel", () => {
  for (const vector of oracle<Derived>("geometryDerived")) {
    const { source, options } = vector;
    test(`${source.width}x${source.height} ${source.orientation} ${options}`, () => {
      const { strokes, canvas } = planned(vector);
      assert.deepEqual(
        { width: canvas.width, height: canvas.height },
        { width: vector.width, height: vector.height },
      );
      assert.ok(
        Math.abs(canvas.dpr - vector.dprScale) < 1e-9,
        `dpr ${canvas.dpr}, expected ${vector.dprScale}`,
      );
      assert.deepEqual(strokes.flatMap(moves), vector.steps.flatMap(expected));
    });
  }
});

/** A size, as the vectors write it. */
type Sides = readonly [width: number, height: number];

interface Cropped {
  readonly source: { readonly width: number; readonly height: number };
  readonly options: string;
  readonly png: Sides;
  readonly jpeg: Sides;
  readonly webp: Sides;
}

describe("scaleOnLoadCropDerived: a crop is as large as imgproxy's, whatever decoders shrink", () => {
  for (const vector of oracle<Cropped>("scaleOnLoadCropDerived")) {
    const { source, options, png, jpeg, webp } = vector;
    // imgproxy shrinks on load before it crops, and rounds the box there.
    test(`${source.width}x${source.height} ${options}`, () => {
      const sizes = (["png", "jpeg", "webp"] as const).map((format) => {
        const info = { ...jpegOf(source.width, source.height), format };
        const { canvas } = layOut(optionsOf(options).options, canvasOf(info, noOffers));
        return [canvas.width, canvas.height];
      });
      assert.deepEqual(sizes, [png, jpeg, webp]);
    });
  }
});

interface Elsewhere {
  readonly id: string;
  readonly source: string;
  readonly options: string;
  readonly width: number;
  readonly height: number;
}

/** The pictures are not at hand; so large they are in the tests that do not scale them. Any size does in the last. */
const sizesElsewhere: Readonly<Record<string, Size>> = {
  "test-images/bmp/24-bpp.bmp": { width: 1080, height: 902 },
  "test-images/gif/gif.gif": { width: 492, height: 230 },
  any: { width: 300, height: 200 },
};

describe("geometryOtherTests: a picture is as large as imgproxy's, also in its other tests", () => {
  for (const { id, source, options, width, height } of oracle<Elsewhere>("geometryOtherTests")) {
    test(`${id} ${options}`, () => {
      const size = sizesElsewhere[source] ?? assert.fail(source);
      const { canvas, strokes } = planned({ source: { ...size, orientation: 1 }, options });
      assert.equal(
        strokes.some(({ step }) => step === "watermark"),
        options.includes("watermark:"),
      );
      assert.deepEqual([canvas.width, canvas.height], [width, height]);
    });
  }
});

describe("a limit is held to the size imgproxy reckons with, which rounds where the resampler does not", () => {
  // 50 px by 9/20 are 22.5, a double below it: reckoned as 22 and drawn as 23. So the limit scales by 60 / (22 + 20 + 20).
  for (const [options, source, width, height] of [
    ["w:9/pd:20:0/mrd:60", [20, 50], 9, 60],
    ["w:9/pd:40:0/mrd:40", [20, 50], 4, 41],
    // As far as it goes: what rounding adds is not looked at again.
    ["w:7/pd:20:0/mrd:60", [20, 90], 6, 61],
  ] as const)
    test(`${options} of ${source.join("x")}: ${width}x${height}`, () => {
      const [w, h] = source;
      const { canvas } = planned({ source: { width: w, height: h, orientation: 1 }, options });
      assert.deepEqual([canvas.width, canvas.height], [width, height]);
    });
});
