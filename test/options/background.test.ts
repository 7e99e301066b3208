import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnAs, plain } from "../drawing.ts";
import { drawn } from "../pictures.ts";

const clear = await plain(20, 10, "#ff000000").png().toBuffer();
const half = await plain(20, 10, "#ff000080").png().toBuffer();
const blue = await plain(20, 10, "#0000ff").png().toBuffer();
const grey = await plain(20, 10, "#808080").toColourspace("b-w").png().toBuffer();

test("transparency stays where the format can hold it", async () => {
  const { pixel } = await drawnAs("f:png", half);
  assert.deepEqual(pixel(5, 5), [255, 0, 0, 128]);
});

test("what the format cannot hold becomes white", async () => {
  const { pixel } = await drawnAs("f:jpeg/q:100", clear);
  assert.deepEqual(pixel(5, 5), [255, 255, 255, 255]);
});

test("a background is put under transparency, whatever the format", async () => {
  const { pixel } = await drawnAs("bg:00ff00/f:png", half);
  assert.deepEqual(pixel(5, 5), [128, 127, 0, 255]);
});

test("padding of an opaque picture is transparent, of the background's colour, or white", async () => {
  const corner = async (options: string) => (await drawnAs(options, blue)).pixel(1, 1);
  assert.deepEqual(await corner("pd:4/f:png"), [0, 0, 0, 0]);
  assert.deepEqual(await corner("pd:4/bg:00ff00/f:png"), [0, 255, 0, 255]);
  assert.deepEqual(await corner("pd:4/f:jpeg/q:100"), [255, 255, 255, 255]);
});

test("a picture that padding made transparent is answered in a format that can hold it", async () => {
  const tiff = await plain(20, 10, "#0000ff").tiff().toBuffer();
  assert.equal((await drawnAs("pd:4", tiff)).format, "png");
  assert.equal((await drawnAs("pd:4/bg:fff", tiff)).format, "jpeg");
});

test("a grey picture gets a coloured background, and then is no longer grey", async () => {
  const padded = await drawnAs("pd:4/bg:ff0000/f:png", grey);
  assert.deepEqual(
    [padded.pixel(1, 1), padded.pixel(10, 8)],
    [
      [255, 0, 0, 255],
      [128, 128, 128, 255],
    ],
  );
  assert.equal((await padded.metadata()).space, "srgb");
});

test("a grey picture stays grey", async () => {
  const { space, channels } = await (await drawnAs("w:10/bg:777777/pd:2/f:png", grey)).metadata();
  assert.deepEqual([space, channels], ["b-w", 1]);
});

test("blur is seen before the padding is added", async () => {
  const { pixel } = await drawnAs("bl:3/pd:5/bg:fff/f:png", await drawn(40, 40).png().toBuffer());
  assert.deepEqual(pixel(4, 20), [255, 255, 255, 255]);
});
