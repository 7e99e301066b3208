import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { type Format, formatNamed, formats } from "../../lambda/formats.ts";
import { type ImageInfo, plan } from "../../lambda/image/plan.ts";
import type { Options } from "../../lambda/options/index.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { nextQuality } from "../../lambda/options/quality.ts";
import { parse } from "../../lambda/url/parse.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
import { oracle } from "../oracle.ts";
import { requestFor, servicesOf } from "../services.ts";

interface Selection {
  readonly source: Format;
  readonly result: Format;
  readonly prefer?: readonly string[];
  readonly enforce?: readonly string[];
  readonly preferred?: readonly Format[];
  readonly req?: Format;
  readonly animated?: boolean;
  readonly alpha?: boolean;
  readonly bg?: boolean;
  readonly pad?: boolean;
}

const config = readConfig({ IMGPROXY_MAX_ANIMATION_FRAMES: "2" });
const picture = jpegOf(100, 100);

function chosen({
  source,
  prefer = [],
  enforce = [],
  preferred = ["jpeg", "png", "gif"],
  req,
  animated,
  alpha,
  bg,
  pad,
}: Selection) {
  const options: Options = {
    ...(req ? { format: req } : {}),
    ...(bg ? { background: "ff0000" } : {}),
    ...(pad ? { padding: { top: 1 } } : {}),
  };
  const best = (names: readonly string[]) =>
    (["jxl", "avif", "webp"] as const).filter((format) => names.includes(format));
  const offers = { auto: best([...prefer, ...enforce]), enforced: best(enforce), preferred };
  const animation = animated ? { delays: [40, 40], loop: 0 } : undefined;
  const from = { ...picture, format: source, alpha: alpha ?? false, animation };
  return plan(options, from, offers, limitsOf(config), config).output.format;
}

describe("formatSelection: the format of the answer is imgproxy's choice", () => {
  for (const vector of oracle<Selection>("formatSelection")) {
    test(JSON.stringify(vector), () => assert.equal(chosen(vector), vector.result));
  }
});

test("padding and extend ask for a format that is transparent, if they add nothing, too; extend_aspect_ratio does not", () => {
  const avif: ImageInfo = { ...picture, format: "avif" };
  const offers = { ...noOffers, preferred: ["jpeg", "png"] } as const;
  const formatOf = (text: string, source = avif) =>
    plan(optionsOf(text).options, source, offers, limitsOf(config), config).output.format;
  for (const [text, format] of [
    ["", "jpeg"],
    ["pd:0:0:1", "png"],
    ["pd:0", "jpeg"],
    ["w:200/h:90/ex:1", "png"],
    ["ex:1", "png"],
    ["ex:0", "jpeg"],
    ["w:90/h:30/exar:1", "jpeg"],
    ["ex:1/pd:1/bg:fff", "jpeg"],
  ] as const)
    assert.equal(formatOf(text), format, text);
  assert.equal(formatOf("w:90/h:30/exar:1", { ...avif, alpha: true }), "png");
});

interface Quality {
  readonly format: string;
  readonly options?: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly quality: number;
}

describe("quality: it is taken from where imgproxy takes it", () => {
  for (const vector of oracle<Quality>("quality")) {
    const { options: text = "", format, quality } = vector;
    test(JSON.stringify(vector), () => {
      const settings = readConfig(vector.config ?? {});
      const { options } = optionsOf(text);
      const wanted = formatNamed(format);
      assert.equal(
        plan(
          { ...options, ...(wanted && { format: wanted }) },
          picture,
          noOffers,
          limitsOf(settings),
          settings,
        ).output.quality,
        quality,
      );
    });
  }
});

interface MaxBytes {
  readonly startQuality: number;
  readonly maxBytes: number;
  readonly attempts: readonly { readonly quality: number; readonly size: number }[];
}

describe("maxBytes: it tries the qualities imgproxy tries", () => {
  for (const { startQuality, maxBytes, attempts } of oracle<MaxBytes>("maxBytes")) {
    test(`${startQuality}: ${attempts.map(({ size }) => size)} bytes of ${maxBytes}`, () => {
      const tried = attempts.map(({ quality, size }) => nextQuality(quality, size, maxBytes));
      assert.equal(attempts[0]?.quality, startQuality);
      assert.deepEqual(tried, [...attempts.slice(1).map(({ quality }) => quality), undefined]);
    });
  }
});

interface TypeProperties {
  readonly name: Format;
  readonly ext: string;
  readonly mime: string;
  readonly alpha?: 1;
  readonly quality?: 1;
  readonly animSave?: 1;
}

// Profiles, thumbnails, HDR and frames that are read are in no table of ours.
describe("typeProperties: a format can do what it can in imgproxy", () => {
  for (const { name, ext, mime, alpha, quality, animSave } of oracle<TypeProperties>("typeProperties")) {
    test(name, () => {
      const { extension, mime: ours, alpha: transparent, lossy, animates } = formats[name];
      assert.deepEqual([extension, ours], [ext, mime]);
      assert.deepEqual([transparent, lossy, animates], [alpha === 1, quality === 1, animSave === 1]);
    });
  }
});

interface OutputLimit {
  readonly format: Format;
  /** px. */
  readonly maxDimension?: number;
  readonly minDimension?: number;
  readonly fallback?: { readonly alpha: Format; readonly noAlpha: Format };
}

describe("outputLimits: a format holds what imgproxy has it hold", () => {
  const planned = (format: Format, width: number, alpha: boolean) =>
    plan({ format }, { ...picture, width, alpha }, noOffers, limitsOf(config), config);

  for (const { format, maxDimension, minDimension, fallback } of oracle<OutputLimit>("outputLimits")) {
    test(format, () => {
      if (maxDimension) {
        const widths = [maxDimension, maxDimension + 1].map((px) => planned(format, px, false).canvas.width);
        assert.deepEqual(widths, [maxDimension, maxDimension]);
      }
      if (minDimension && fallback) {
        const formatOf = (px: number, alpha: boolean) => planned(format, px, alpha).output.format;
        const { alpha, noAlpha } = fallback;
        assert.deepEqual(
          [formatOf(minDimension - 1, true), formatOf(minDimension - 1, false)],
          [alpha, noAlpha],
        );
        assert.equal(formatOf(minDimension, true), format);
      }
    });
  }
});

test("a background leaves nothing transparent, so a small AVIF on one is written as JPEG", () => {
  const options = { format: "avif", background: "ff0000" } as const;
  const tiny = { ...picture, width: 15, alpha: true };
  assert.equal(plan(options, tiny, noOffers, limitsOf(config), config).output.format, "jpeg");
});

test("a GIF has neither a side nor an area that its format cannot hold", () => {
  const limits = { ...limitsOf(config), maxSrcResolution: 10_000 };
  for (const [width, height] of [
    [80_000, 10],
    [60_000, 60_000],
    [70_000, 9000],
  ] as const) {
    const { canvas } = plan({ format: "gif" }, { ...picture, width, height }, noOffers, limits, config);
    assert.ok(Math.max(canvas.width, canvas.height) <= 65_535, `${canvas.width} px`);
    assert.ok(canvas.width * canvas.height < 537e6, `${canvas.width}x${canvas.height}`);
  }
});

test("what a format cannot hold is scaled down to its longest side", () => {
  const wide = { ...picture, width: 40_000, height: 10 };
  assert.equal(plan({ format: "webp" }, wide, noOffers, limitsOf(config), config).canvas.width, 16_383);
  assert.equal(plan({ format: "png" }, wide, noOffers, limitsOf(config), config).canvas.width, 40_000);
});

const planned = (text: string, source = picture) =>
  plan(optionsOf(text).options, source, noOffers, limitsOf(config), config);

test("a result of more megapixels than a source may have is refused before it is drawn", () => {
  // IMGPROXY_MAX_SRC_RESOLUTION is 50.
  assert.equal(planned("rs:force:10000:5000:1").canvas.width, 10_000);
  assert.throws(() => planned("rs:force:10000:5001:1"), {
    name: "ResultTooBig",
    status: 422,
    message: "10000x5001: 50 megapixels at most",
  });
  assert.throws(() => planned("pd:5000"), { name: "ResultTooBig" });
});

test("a result of no more megapixels than its source is never too big", () => {
  const huge = jpegOf(10_000, 10_000);
  assert.equal(planned("rot:90", huge).canvas.width, 10_000);
  assert.throws(() => planned("pd:1", huge), { name: "ResultTooBig" });
});

test("no side is longer than 100,000,000 px, not even on the way to a small result", () => {
  // A WebP of it would be scaled down to 16,383 px.
  assert.equal(planned("rs:force:1:49000000:1/f:webp").canvas.height, 16_383);
  assert.throws(() => planned("rs:force:1:100000001:1/f:png"), {
    name: "ResultTooBig",
    message: /: 100000000 px a side at most$/,
  });
});

describe("the formats preferred are the environment's", () => {
  const answered = (preferred: string, source: ImageInfo, format = "") => {
    const services = servicesOf({ IMGPROXY_PREFERRED_FORMATS: preferred });
    const path = `/_/plain/s3://pictures/some${format}`;
    const { options, offers, limits } = parse(requestFor(services, { path }).http, services.language, 0);
    return plan(options, source, offers, limits, services.config).output.format;
  };
  const tiff: ImageInfo = { ...picture, format: "tiff" };

  for (const [why, preferred, source, format] of [
    ["the first of them, for a source of another format", "webp,png", tiff, "webp"],
    ["the source's own, where it is among them", "webp,jpeg", picture, "jpeg"],
    ["not the source's own, where it is not", "webp,png", picture, "webp"],
    ["jpeg, png and gif unless it is said", "", tiff, "jpeg"],
    [
      "the first that can be transparent, for a transparent source",
      "jpeg,avif",
      { ...tiff, alpha: true },
      "avif",
    ],
    ["the first, when none of them can be transparent", "jpeg", { ...tiff, alpha: true }, "jpeg"],
    ["none that cannot be written", "heic,png,webp", tiff, "png"],
    [
      "none that cannot be written, though the source be of it",
      "svg,webp",
      { ...picture, format: "svg" },
      "webp",
    ],
  ] as const) {
    test(`${why}: ${preferred} → ${format}`, () => assert.equal(answered(preferred, source), format));
  }

  test("and the URL's format wins over all of them", () => {
    assert.equal(answered("webp", tiff, "@gif"), "gif");
  });
});
