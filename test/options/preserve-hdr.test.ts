import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { drawnAs } from "../drawing.ts";
import { drawn as picture } from "../pictures.ts";

/** 64×40 px whose values 8 bits cannot tell apart from their neighbours. */
const values = Uint16Array.from({ length: 64 * 40 * 3 }, (_, at) => 20_000 + (at % 997));
const deep = sharp(values, { raw: { width: 64, height: 40, channels: 3 } }).toColourspace("rgb16");

const valuesOf = async (file: Buffer | Uint8Array) => {
  const bytes = await sharp(file).toColourspace("rgb16").raw({ depth: "ushort" }).toBuffer();
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
};

test("16 bits become 8 unless they are asked for", async () => {
  const source = await deep.clone().png().toBuffer();
  assert.equal((await (await drawnAs("f:png", source)).metadata()).depth, "uchar");
  const { body } = await drawnAs("ph:1/f:png", source);
  assert.deepEqual(await valuesOf(body), values);
});

test("PNG, TIFF and AVIF keep them, others cannot", async () => {
  const source = await deep.clone().png().toBuffer();
  for (const [format, depth] of [
    ["png", "ushort"],
    ["tiff", "ushort"],
    ["avif", "ushort"],
    ["jpeg", "uchar"],
    ["webp", "uchar"],
  ]) {
    const { metadata } = await drawnAs(`ph:1/f:${format}`, source);
    assert.equal((await metadata()).depth, depth, format);
  }
});

test("they come along through several passes, held pixels, a border cut off and all metadata", async () => {
  const bordered = await deep
    .clone()
    .extend({ top: 8, bottom: 8, left: 8, right: 8, background: "#fff" })
    .png()
    .toBuffer();
  const source = await deep
    .clone()
    .withExif({ IFD0: { Artist: "A" } })
    .png()
    .toBuffer();
  for (const options of ["rot:90/pd:4/fl:1", "sm:0", "mb:9999999", "rs:fill:64:30/g:sm", "scp:0/sm:0/pd:4"]) {
    const { body } = await drawnAs(`ph:1/f:png/${options}`, source);
    assert.ok(
      (await valuesOf(body)).some((value) => value % 256 !== 0 && value % 257 !== 0),
      options,
    );
    assert.equal((await sharp(body).metadata()).depth, "ushort", options);
  }
  assert.deepEqual(await valuesOf((await drawnAs("ph:1/f:png/t:10", bordered)).body), values);
});

test("a grey picture of 16 bits stays one", async () => {
  const source = await deep.clone().extractChannel(0).toColourspace("grey16").png().toBuffer();
  const { space, depth } = await (await drawnAs("ph:1/f:png", source)).metadata();
  assert.deepEqual([space, depth], ["grey16", "ushort"]);
  const plain = await (await drawnAs("f:png", source)).metadata();
  assert.deepEqual([plain.space, plain.depth], ["b-w", "uchar"]);
});

test("a picture of 8 bits gets no more", async () => {
  const { metadata } = await drawnAs("ph:1/f:png", await picture(20, 10).png().toBuffer());
  assert.equal((await metadata()).depth, "uchar");
});
