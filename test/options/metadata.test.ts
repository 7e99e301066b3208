import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";
import { drawn } from "../pictures.ts";

const tagged = (orientation: number) =>
  drawn(60, 40)
    .withMetadata({ orientation })
    .withExifMerge({ IFD0: { Artist: "A. Painter" } })
    .jpeg()
    .toBuffer();

const exifOf = async (options: string, orientation = 1) => {
  const { exif, orientation: turned } = await (await drawnAs(options, await tagged(orientation))).metadata();
  return { artist: exif?.includes("A. Painter") ?? false, orientation: turned };
};

test("EXIF is dropped unless it is asked for", async () => {
  assert.deepEqual(await exifOf(""), { artist: false, orientation: undefined });
  assert.equal((await exifOf("sm:0")).artist, true);
});

test("EXIF comes along through several passes", async () => {
  assert.equal((await exifOf("sm:0/bl:2/pd:5/mb:900")).artist, true);
});

test("a picture that was turned upright is not turned again by the EXIF it keeps", async () => {
  assert.deepEqual(await exifOf("sm:0", 6), { artist: true, orientation: 1 });
  assert.deepEqual(await exifOf("sm:0/bl:2/pd:5", 6), { artist: true, orientation: 1 });
});

test("EXIF and its orientation come along where the pixels are held between two passes", async () => {
  for (const between of ["bl:2/pd:5/bg:fff", "rs:fill:20:20/g:sm", "mb:900"]) {
    assert.deepEqual(await exifOf(`sm:0/${between}`, 6), { artist: true, orientation: 1 }, between);
    assert.equal((await exifOf(between)).artist, false, between);
  }
  assert.deepEqual(await exifOf("sm:0/ar:0/bl:2/pd:5/bg:fff", 6), { artist: true, orientation: 6 });
});

test("EXIF comes along through what a step draws by itself", { todo: "it is lost there" }, async () => {
  assert.deepEqual(await exifOf("sm:0/pix:4", 6), { artist: true, orientation: 1 });
});

test("a picture that is turned or mirrored on request is not turned again either", async () => {
  assert.equal((await exifOf("sm:0/ar:0/rot:90", 6)).orientation, 1);
  assert.equal((await exifOf("sm:0/ar:0/fl:1", 6)).orientation, 1);
});

test("a picture that was left as it lies keeps its orientation", async () => {
  assert.deepEqual(await exifOf("sm:0/ar:0", 6), { artist: true, orientation: 6 });
});

test("a profile is kept by no picture, and added to none", async () => {
  for (const options of ["sm:0", "sm:0/bl:2/pd:5", "sm:0/mb:900", ""]) {
    const { hasProfile } = await (await drawnAs(options, await tagged(6))).metadata();
    assert.equal(hasProfile, false, options);
  }
});

test("one frame of an animation is shown once, without delay", async () => {
  const frames = await Promise.all([1, 2].map(() => drawn(20, 10).png().toBuffer()));
  const source = await sharp(frames, { join: { animated: true } })
    .gif({ loop: 3, delay: [100, 200] })
    .toBuffer();
  const { delay, loop, pages = 1 } = await (await drawnAs("f:gif", source)).metadata();
  assert.deepEqual({ delay, loop, pages }, { delay: [0], loop: 0, pages: 1 });
});
