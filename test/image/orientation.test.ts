import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Format, formats } from "../../lambda/formats.ts";
import { drawnAs, pictureIn, plain } from "../drawing.ts";

/** Four corners, each of its own colour: which way up a picture is shows at a glance. */
const corners = { red: [255, 0, 0], lime: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] };
type Corner = keyof typeof corners;

/** Corners as stored, clockwise from the top left. */
const stored: readonly Corner[] = ["red", "lime", "white", "blue"];

/** How a viewer shows them, by EXIF orientation. */
const upright: Readonly<Record<number, readonly Corner[]>> = {
  1: ["red", "lime", "white", "blue"],
  2: ["lime", "red", "blue", "white"],
  3: ["white", "blue", "red", "lime"],
  4: ["blue", "white", "lime", "red"],
  5: ["red", "blue", "white", "lime"],
  6: ["blue", "red", "lime", "white"],
  7: ["white", "lime", "red", "blue"],
  8: ["lime", "white", "blue", "red"],
};

const [WIDTH, HEIGHT] = [96, 64];

const picture = (orientation: number) => {
  const quarter = (color: Corner, left: number, top: number) => ({
    input: { create: { width: WIDTH / 2, height: HEIGHT / 2, channels: 3 as const, background: color } },
    left,
    top,
  });
  return plain(WIDTH, HEIGHT, "#000000")
    .composite([
      quarter("red", 0, 0),
      quarter("lime", WIDTH / 2, 0),
      quarter("blue", 0, HEIGHT / 2),
      quarter("white", WIDTH / 2, HEIGHT / 2),
    ])
    .withMetadata({ orientation })
    .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
    .toBuffer();
};

/** The corners of a file as whoever opens it sees them: what its tag says is obeyed. */
async function seen(body: Uint8Array): Promise<readonly Corner[]> {
  const { data, info } = await (await pictureIn(body))
    .autoOrient()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const at = (x: number, y: number) => nearest(data.subarray((y * width + x) * channels).subarray(0, 3));
  return [at(5, 5), at(width - 6, 5), at(width - 6, height - 6), at(5, height - 6)];
}

function nearest(pixel: Uint8Array): Corner {
  const names = Object.keys(corners) as Corner[];
  const far = (name: Corner) =>
    corners[name].reduce((sum, value, channel) => sum + Math.abs(value - (pixel[channel] ?? 0)), 0);
  return names.reduce((best, name) => (far(name) < far(best) ? name : best));
}

const written = (Object.keys(formats) as Format[]).filter((format) => formats[format].writes);

describe("the file that is answered shows the picture the right way up", () => {
  for (const format of written) {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      test(`${format}, orientation ${orientation}`, async () => {
        const source = await picture(orientation);
        for (const options of ["", "w:48", "bl:0.4/mb:999999"]) {
          const { body } = await drawnAs(`${options}/f:${format}`, source);
          assert.deepEqual(await seen(body), upright[orientation], options);
        }
        for (const options of ["ar:0", "ar:0/w:48"]) {
          const { body } = await drawnAs(`${options}/f:${format}`, source);
          assert.deepEqual(await seen(body), stored, options);
        }
      });
    }
  }
});

test("metadata that is kept with ar:0 says how the picture is to be turned", async () => {
  const withoutExif: readonly Format[] = ["gif", "bmp", "ico", "jxl"];
  for (const format of written.filter((format) => !withoutExif.includes(format))) {
    const { body } = await drawnAs(`ar:0/sm:0/f:${format}`, await picture(6));
    assert.deepEqual(await seen(body), upright[6], format);
  }
});
