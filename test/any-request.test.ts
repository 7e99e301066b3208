import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { Deadline } from "../lambda/deadline.ts";
import { Failure } from "../lambda/errors.ts";
import { type Format, formats } from "../lambda/formats.ts";
import { openHere } from "../lambda/image/decoders/here.ts";
import type { Options } from "../lambda/options/index.ts";
import { serve } from "../lambda/serve.ts";
import { buildPath } from "../lambda/url/build.ts";
import { anyDrawing, anyFileOptions } from "./arbitrary.ts";
import { drawnAs } from "./drawing.ts";
import { heic } from "./image/heics.ts";
import { storeOf, streamOf } from "./objects.ts";
import { drawn } from "./pictures.ts";
import { requestFor, servicesOf } from "./services.ts";
import { tries } from "./thorough.ts";

const mark = await drawn(30, 20, { alpha: true }).png().toBuffer();
const env = {
  IMGPROXY_PRESETS: "thumb=rs:fill:100:100",
  IMGPROXY_ALLOW_SECURITY_OPTIONS: "true",
  IMGPROXY_MAX_ANIMATION_FRAMES: "3",
  IMGPROXY_WATERMARK_DATA: mark.toString("base64"),
  IMGPROXY_ENABLE_DEBUG_HEADERS: "true",
  IMGPROXY_MAX_SRC_RESOLUTION: "1",
};

/** A picture as buckets hold it. */
interface Source {
  readonly format: Format;
  /** px. */
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  readonly orientation: number;
  readonly kind: "usual" | "grey" | "deep" | "profiled" | "moving";
}

/** Formats that sharp writes. */
type Sharps = Exclude<Format, "heic" | "svg" | "bmp" | "ico" | "jxl">;

const side = fc.integer({ min: 1, max: 70 });
const anySource: fc.Arbitrary<Source> = fc.record({
  format: fc.constantFrom(...(Object.keys(formats) as Format[])),
  width: side,
  height: side,
  alpha: fc.boolean(),
  orientation: fc.integer({ min: 1, max: 8 }),
  kind: fc.constantFrom("usual", "grey", "deep", "profiled", "moving"),
});

async function fileOf({ format, width, height, alpha, orientation, kind }: Source): Promise<Uint8Array> {
  const picture = drawn(width, height, { alpha });
  switch (format) {
    case "heic":
      return heic();
    case "svg":
      return Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><circle r="9" fill="red"/></svg>`,
      );
    case "bmp":
    case "ico":
    case "jxl":
      return (await drawnAs(`f:${format}`, await picture.png().toBuffer())).body;
    default:
  }
  if (kind === "moving") return movingOf(width, height, format);
  const kinds = {
    usual: picture,
    grey: picture.toColourspace("b-w"),
    deep: picture.toColourspace("rgb16"),
    profiled: picture.withIccProfile("p3"),
  };
  return kinds[kind].withMetadata({ orientation }).toFormat(format).toBuffer();
}

/** Three frames in a row; of formats that do not move, one. */
async function movingOf(width: number, height: number, format: Sharps): Promise<Uint8Array> {
  const frames = await Promise.all(
    [0, 1, 2].map((at) =>
      drawn(width, height)
        .modulate({ hue: 90 * at })
        .png()
        .toBuffer(),
    ),
  );
  const joined = formats[format].animates ? sharp(frames, { join: { animated: true } }) : sharp(frames[0]);
  return joined.toFormat(format).toBuffer();
}

/** Serves any options of any source, and says what came of it. */
async function served(source: Source, options: Options) {
  const bytes = await fileOf(source);
  const path = `/_${buildPath("s3://pictures/any", options)}`;
  const services = servicesOf(env, { store: storeOf(async () => streamOf(bytes)) });
  try {
    return {
      path,
      bytes,
      answer: await serve(requestFor(services, { path }), services, Deadline.in(20_000)),
    };
  } catch (error) {
    assert.ok(error instanceof Failure, `${path}: ${error instanceof Error ? error.stack : error}`);
    return { path, bytes, failure: error };
  }
}

test("whatever is asked of whatever source, it is a picture of the planned size, or a 4xx", async () => {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(anySource, anyDrawing, anyFileOptions, async (source, drawing, file) => {
      const { path, bytes, answer, failure } = await served(source, { ...drawing, ...file });
      const outcome = failure?.name ?? "picture";
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (failure) return assert.equal(Math.floor(failure.status / 100), 4, `${path}: ${failure.message}`);
      const type = answer.headers["Content-Type"];
      // What goes out as it is has the size at which it is seen.
      if (type === "image/svg+xml" || bytes.length === answer.body.length) return;
      const { info } = await openHere({ bytes: Buffer.from(answer.body) });
      const size = [info.width, info.height];
      const told = [answer.headers["X-Result-Width"], answer.headers["X-Result-Height"]].map(Number);
      // An orientation that is kept turns what decoders of AVIF tell, mostly; the others tell the size before.
      const mayBeTurned = info.format === "avif" && drawing.auto_rotate === false && source.orientation > 4;
      if (mayBeTurned && size[0] !== told[0]) size.reverse();
      assert.deepEqual(size, told, path);
      assert.equal(formats[info.format].mime, type, path);
    }),
    { numRuns: tries(60, 2000) },
  );
  const pictures = outcomes.get("picture") ?? 0;
  const all = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
  // What cannot be drawn is the exception, or the property says little.
  assert.ok(pictures > all / 2, JSON.stringify([...outcomes]));
});
