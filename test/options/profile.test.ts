import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { withChunks } from "../../lambda/image/metadata/png.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
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

describe("strip_color_profile", () => {
  test("leaves colours and profile as they are where it is off", async () => {
    const own = await sharp(await wide(), { ignoreIcc: true })
      .ensureAlpha()
      .raw()
      .toBuffer();
    for (const options of ["scp:0", "scp:0/sm:0", "scp:0/mb:99999", "scp:0/c:64:64/bl:0.1/rot:360"]) {
      const drawn = await drawnAs(`${options}/f:png`, await wide());
      const { icc } = await drawn.metadata();
      assert.deepEqual(icc, (await sharp(await wide()).metadata()).icc, options);
      assert.deepEqual(
        await sharp(drawn.body, { ignoreIcc: true }).ensureAlpha().raw().toBuffer(),
        own,
        options,
      );
    }
  });

  test("keeps the profile through passes of their own, in every format that can hold one", async () => {
    for (const format of ["png", "jpeg", "webp", "avif", "tiff"]) {
      const drawn = await drawnAs(`scp:0/pix:2/bl:2/pd:4/f:${format}`, await wide());
      assert.equal((await drawn.metadata()).hasProfile, true, format);
    }
  });

  test("makes the colours sRGB's all the same where the format holds no profile", async () => {
    const [kept, stripped] = await Promise.all(
      ["scp:0", "scp:1"].map(async (options) => drawnAs(`${options}/f:gif`, await wide())),
    );
    assert.deepEqual(kept?.pixel(0, 0), stripped?.pixel(0, 0));
  });

  test("keeps a profile of sRGB as well, and adds none", async () => {
    const plain = sharp({ create: { width: 8, height: 8, channels: 3, background: "#123456" } });
    const [without, standard] = await Promise.all([
      plain.png().toBuffer(),
      plain.clone().withIccProfile("srgb").png().toBuffer(),
    ]);
    assert.equal((await (await drawnAs("scp:0", without)).metadata()).hasProfile, false);
    assert.equal((await (await drawnAs("scp:0", standard)).metadata()).hasProfile, true);
    assert.equal((await (await drawnAs("", standard)).metadata()).hasProfile, false);
  });

  test("is asked of the environment", () => {
    const { defaults } = compileLanguage(readConfig({ IMGPROXY_STRIP_COLOR_PROFILE: "0" }), 0);
    assert.deepEqual(defaults, { strip_color_profile: false });
  });
});

test("a grey picture keeps a profile of grey, and its values", async () => {
  const icc = linearGrey();
  const grey = sharp({ create: { width: 40, height: 30, channels: 3, background: "#646464" } });
  const source = withChunks(await grey.toColourspace("b-w").png().toBuffer(), { icc });
  for (const options of ["scp:0/w:20", "scp:0/w:20/rot:90/pd:4", "scp:0/t:10"]) {
    const drawn = await drawnAs(`${options}/f:png`, source);
    const { space, icc: kept } = await drawn.metadata();
    assert.deepEqual([space, kept], ["b-w", icc], options);
    const { data } = await sharp(drawn.body, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    assert.ok(data.includes(100), options);
  }
  const stripped = await drawnAs("w:20/f:png", source);
  assert.equal((await stripped.metadata()).hasProfile, false);
  assert.notEqual(stripped.pixel(0, 0)[0], 100);
});

test("a profile of grey is lost where colours are painted, and where a filter makes some of grey", async () => {
  const grey = sharp({ create: { width: 40, height: 30, channels: 3, background: "#646464" } });
  const source = withChunks(await grey.toColourspace("b-w").png().toBuffer(), { icc: linearGrey() });
  for (const options of ["scp:0/pd:4/bg:ff0000", "scp:0/bl:1"]) {
    const { space, hasProfile } = await (await drawnAs(`${options}/f:png`, source)).metadata();
    assert.deepEqual([space, hasProfile], ["srgb", false], options);
  }
});

/** The least that is a profile of grey: the header, a white point, and a curve that is none. */
function linearGrey(): Buffer {
  const tags = [
    ["wtpt", Buffer.from("58595a20000000000000f6d6000100000000d32d", "hex")],
    ["kTRC", Buffer.from("637572760000000000000000", "hex")],
  ] as const;
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length);
  let at = 128 + table.length;
  for (const [index, [name, data]] of tags.entries()) {
    table.write(name, 4 + 12 * index, "latin1");
    table.writeUInt32BE(at, 8 + 12 * index);
    table.writeUInt32BE(data.length, 12 + 12 * index);
    at += data.length;
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at);
  header.writeUInt32BE(0x02_10_00_00, 8);
  header.write("mntrGRAYXYZ ", 12, "latin1");
  header.write("acsp", 36, "latin1");
  // The illuminant, D50.
  header.write("0000f6d6000100000000d32d", 68, "hex");
  return Buffer.concat([header, table, ...tags.map(([, data]) => data)]);
}
