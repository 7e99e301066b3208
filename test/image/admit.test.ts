import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import type { Offers } from "../../lambda/contract/canvas.ts";
import { admit, startCalibration } from "../../lambda/image/admit.ts";
import { type ImageInfo, plan } from "../../lambda/image/plan.ts";
import type { Options } from "../../lambda/options/index.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { jpegOf } from "../options-of.ts";

const source = jpegOf(4000, 3000);

const offers: Offers = { auto: [], enforced: [], preferred: ["jpeg", "png", "gif"] };

/** Admits a picture of 12 megapixels, undiminished, of which this is asked. */
function admitted(options: Options, offered: Partial<Offers>, left: number, factor = 1, more: More = {}) {
  const config = readConfig(more.env ?? {});
  const info = { ...source, ...more.source };
  const planFor = (offers: Offers) => plan(options, info, offers, limitsOf(config), config);
  const { plan: chosen, stepDown } = admit(planFor({ ...offers, ...offered }), planFor, left, {
    factor,
    saw() {},
  });
  const { format, webpEffort, avifSpeed, jxlEffort, paletteColors } = chosen.output;
  return { format, stepDown, webpEffort, avifSpeed, jxlEffort, paletteColors };
}

interface More {
  readonly env?: Readonly<Record<string, string>>;
  /** What is different about the source. */
  readonly source?: Partial<ImageInfo>;
}

// 12 megapixels: decoding a JPEG 60 ms, WebP of effort 4 1800 ms, of 2 840 ms, of 1 624 ms, JPEG 156 ms; AVIF of speed 8 1200, of 9 840.

describe("what fits is drawn as it was asked", () => {
  test("a WebP, with time enough", () => {
    const { format, stepDown, webpEffort } = admitted({ format: "webp" }, {}, 2000);
    assert.deepEqual([format, stepDown, webpEffort], ["webp", undefined, 4]);
  });
});

describe("what does not fit is written with as little less effort as will do", () => {
  for (const [left, effort] of [
    [1000, 2],
    [800, 1],
  ] as const) {
    test(`a WebP in ${left} ms: effort ${effort}`, () => {
      const { format, stepDown, webpEffort } = admitted({ format: "webp" }, {}, left);
      assert.deepEqual([format, stepDown, webpEffort], ["webp", "effort", effort]);
    });
  }

  test("an AVIF at its fastest", () => {
    const { format, stepDown, avifSpeed } = admitted({ format: "avif" }, {}, 1000);
    assert.deepEqual([format, stepDown, avifSpeed], ["avif", "effort", 9]);
  });
});

describe("so is what takes other ways to be written", () => {
  // 12 megapixels of JPEG XL: effort 7 14,400 ms, 4 2160 ms, 3 2040 ms; less is no faster.
  for (const [left, effort] of [
    [2400, 4],
    [2110, 3],
    [1500, 3],
  ] as const) {
    test(`a JPEG XL in ${left} ms: effort ${effort}`, () => {
      const env = { IMGPROXY_JXL_EFFORT: "7" };
      const { format, stepDown, jxlEffort } = admitted({ format: "jxl" }, {}, left, 1, { env });
      assert.deepEqual([format, stepDown, jxlEffort], ["jxl", "effort", effort]);
    });
  }

  test("a PNG of a palette, in all of its colours", () => {
    const source = { format: "png", paletteBits: 8 } as const;
    const fits = admitted({}, {}, 20_000, 1, { source });
    assert.deepEqual([fits.stepDown, fits.paletteColors], [undefined, 256]);
    const stepped = admitted({}, {}, 3000, 1, { source });
    assert.deepEqual([stepped.format, stepped.stepDown, stepped.paletteColors], ["png", "effort", undefined]);
  });
});

test("what moves goes on moving, or is refused", () => {
  const animation = { delays: [40, 40, 40], loop: 0 };
  const more = {
    env: { IMGPROXY_MAX_ANIMATION_FRAMES: "9" },
    source: { format: "gif", width: 400, height: 300, animation },
  } as const;
  const [gif, webp] = [{}, { auto: ["webp"] }] as const;
  assert.equal(admitted({}, gif, 1000, 1, more).format, "gif");
  assert.throws(() => admitted({}, gif, 100, 1, more), { name: "Timeout" });
  const stepped = admitted({}, webp, 40, 1, more);
  assert.deepEqual([stepped.format, stepped.stepDown], ["webp", "effort"]);
  assert.throws(() => admitted({}, webp, 10, 1, more), { name: "Timeout" });
});

test("where the URL names no format, another one is written instead", () => {
  const { format, stepDown } = admitted({}, { auto: ["webp"] }, 400);
  assert.deepEqual([format, stepDown], ["jpeg", "format"]);
});

test("where it names one, it is that or nothing", () => {
  assert.throws(() => admitted({ format: "webp" }, {}, 400), { name: "Timeout", status: 503, retryAfter: 1 });
});

test("predictions err: what is predicted to take half as long again as there is time is begun all the same", () => {
  const { format, stepDown, webpEffort } = admitted({ format: "webp" }, {}, 460);
  assert.deepEqual([format, stepDown, webpEffort], ["webp", "effort", 1]);
});

test("a slower machine has less time", () => {
  assert.equal(admitted({ format: "webp" }, {}, 2000, 2).stepDown, "effort");
});

test("half the memory of a whole CPU takes twice as long, more takes no less", () => {
  assert.deepEqual(
    [884.5, 1769, 3538].map((memory) => startCalibration(memory).factor),
    [2, 1, 1],
  );
});

test("what was predicted wrongly corrects what is predicted next, an accident only a little", () => {
  const slow = startCalibration(1769);
  for (let nth = 0; nth < 50; nth++) slow.saw(100, 200);
  assert.ok(Math.abs(slow.factor - 2) < 0.01, `${slow.factor}`);
  const once = startCalibration(1769);
  once.saw(100, 60_000);
  assert.ok(once.factor < 1.3, `${once.factor}`);
  once.saw(1, 500);
  assert.ok(once.factor < 1.3, `${once.factor}`);
});
