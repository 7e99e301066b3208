import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import sharp from "sharp";
import { balloon } from "../../lib/local/samples/balloon.ts";
import { hills } from "../../lib/local/samples/hills.ts";
import { drawnAs } from "../drawing.ts";
import { edited, editsOf } from "./serverless-image-handler.ts";

const guide = readFileSync(new URL("../../lib/README.md", import.meta.url), "utf8");

/** Rows of the guide: what is asked there, what is asked here, and what comes out of a JPEG of 640 × 480. */
const rows = [...guide.matchAll(/^\| `([{/].*?)` \| `([^`]+)` \| (\d+) × (\d+) (\w+) \|$/gm)];

const scene = (draw: (width: number, height: number) => string) => sharp(Buffer.from(draw(640, 480)));
const opaque = await scene(hills).removeAlpha().jpeg({ quality: 95 }).toBuffer();
const transparent = await scene(balloon).png().toBuffer();

/** Levels of 255 that pixels may be apart on average, for a reason; else they are the same. */
const apart: readonly (readonly [what: RegExp, levels: number])[] = [
  // An odd remainder is split by a pixel more on the other side.
  [/contain|fill\(/, 2],
  // imgproxy leaves flat areas alone, which sharp sharpens where nobody says otherwise.
  [/sharpen/, 1.1],
  // Qualities nobody named are not the same.
  [/"webp"\}|format\(webp\)/, 0.8],
];

describe("what AWS's Serverless Image Handler makes of a picture, the options beside it make, too", () => {
  test("there is a table", () => assert.ok(rows.length >= 30, `${rows.length} rows`));

  for (const [, theirs = "", ours = "", width, height, format] of rows) {
    test(`${theirs} is ${ours}`, async () => {
      const source = /flatten|background_color/.test(theirs) ? transparent : opaque;
      const [expected, drawn] = [await edited(editsOf(theirs), source), await drawnAs(ours, source)];
      const said = [Number(width), Number(height), format?.toLowerCase()];
      assert.deepEqual([expected.width, expected.height, expected.format], said, "there");
      assert.deepEqual([drawn.width, drawn.height, drawn.format], said, "here");
      const levels = difference(expected.data, drawn.data);
      const [, most = 0.01] = apart.find(([what]) => what.test(theirs)) ?? [];
      assert.ok(levels < most, `${levels} levels of 255 apart`);
    });
  }
});

/** Levels, of 255, on average. */
const difference = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
