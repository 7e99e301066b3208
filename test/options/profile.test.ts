import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";

/** Pure colours of Display P3, which sRGB cannot show, side by side in lines of one px. */
const wide = () =>
  sharp({ create: { width: 64, height: 64, channels: 3, background: "#00ff00" } })
    .composite(
      Array.from({ length: 32 }, (_, at) => ({
        input: { create: { width: 64, height: 1, channels: 3 as const, background: "#ff0000" } },
        left: 0,
        top: 2 * at,
      })),
    )
    .png()
    .toBuffer()
    .then((bytes) => sharp(bytes).withIccProfile("p3").png().toBuffer());

/** That picture scaled by sharp in its own colours, and made sRGB after. */
const scaledFirst = async () => {
  const source = sharp(await wide(), { ignoreIcc: true });
  const scaled = await source.resize({ width: 16 }).keepIccProfile().png().toBuffer();
  return sharp(scaled).ensureAlpha().raw().toBuffer();
};

test("colours become sRGB's after scaling, and the file has no profile", async () => {
  for (const options of ["w:16", "w:16/mb:99999", "w:16/sm:0"]) {
    const drawn = await drawnAs(`${options}/f:png`, await wide());
    assert.deepEqual(Buffer.from(drawn.data), await scaledFirst(), options);
    assert.equal((await drawn.metadata()).hasProfile, false, options);
  }
});

test("the profile is still known after the eye was caught", async () => {
  for (const options of ["rs:fill:16:8/g:sm", "rs:fill:16:8/g:sm/sm:0"]) {
    const drawn = await drawnAs(`${options}/f:png`, await wide());
    const expected = (await scaledFirst()).subarray(0, 4);
    const got = drawn.pixel(8, 4);
    assert.ok(
      got.every((value, channel) => Math.abs(value - (expected[channel] ?? 0)) <= 2),
      `${options}: ${got}, about ${[...expected]} expected`,
    );
  }
});

test("what is painted beside the picture has the colour that was asked for", async () => {
  const drawn = await drawnAs("w:16/pd:4/bg:1ffd00/f:png", await wide());
  assert.deepEqual(drawn.pixel(0, 0), [0x1f, 0xfd, 0, 255]);
});
