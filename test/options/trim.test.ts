import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { openTrimmed, planOf } from "../../lambda/image/make.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { withoutBorder } from "../../lambda/options/trim.ts";
import { drawnAs, plain } from "../drawing.ts";
import { heic } from "../image/heics.ts";
import { underLoad } from "../load.ts";
import { noOffers, optionsOf } from "../options-of.ts";
import { limitsIn } from "../services.ts";

/** 40×30 of one colour, and in it a box of 10×8 px of another at 6 from the left and 5 from the top. */
const boxed = (background = "#ffffff", box = "#0000ff") =>
  sharp({ create: { width: 40, height: 30, channels: background.length > 7 ? 4 : 3, background } }).composite(
    [{ input: { create: { width: 10, height: 8, channels: 3, background: box } }, left: 6, top: 5 }],
  );
const png = (...colors: readonly string[]) =>
  boxed(...colors)
    .png()
    .toBuffer();

const sizeAfter = async (options: string, source: Buffer) => {
  const { width, height } = await drawnAs(`${options}/f:png`, source);
  return [width, height];
};

test("the border is cut off, and nothing else", async () => {
  const drawn = await drawnAs("t:10/f:png", await png());
  assert.deepEqual([drawn.width, drawn.height], [10, 8]);
  for (const [x, y] of [
    [0, 0],
    [9, 0],
    [0, 7],
    [9, 7],
  ] as const)
    assert.deepEqual(drawn.pixel(x, y), [0, 0, 255, 255]);
});

test("a picture that is no more than its border stays whole", async () => {
  assert.deepEqual(await sizeAfter("t:10", await png("#ffffff", "#fffffa")), [40, 30]);
  assert.deepEqual(await sizeAfter("t:4", await png("#ffffff", "#fffffa")), [10, 8]);
});

test("the colour of the border can be said", async () => {
  assert.deepEqual(await sizeAfter("t:10:fff", await png()), [10, 8]);
  assert.deepEqual(await sizeAfter("t:10:0000ff", await png()), [40, 30]);
});

test("what is transparent is a border of its own", async () => {
  assert.deepEqual(await sizeAfter("t:10", await png("#00000000")), [10, 8]);
});

test("left and right, top and bottom lose the same where that is asked", async () => {
  const source = await png();
  assert.deepEqual(await sizeAfter("t:10::1", source), [28, 8]);
  assert.deepEqual(await sizeAfter("t:10:::1", source), [10, 20]);
  assert.deepEqual(await sizeAfter("t:10::1:1", source), [28, 20]);
});

test("what is kept holds all that was found, lies inside, and is even where that is asked", () => {
  const box = fc
    .tuple(fc.nat(50), fc.integer({ min: 1, max: 50 }), fc.nat(50))
    .map(([from, px, rest]) => ({ from, px, outer: from + px + rest }));
  fc.assert(
    fc.property(box, box, fc.boolean(), fc.boolean(), (x, y, equalHor, equalVer) => {
      const found = { left: x.from, top: y.from, width: x.px, height: y.px };
      const outer = { width: x.outer, height: y.outer };
      const kept = withoutBorder(found, outer, { threshold: 0, equalHor, equalVer });
      const [right, bottom] = [outer.width - kept.left - kept.width, outer.height - kept.top - kept.height];
      assert.ok(kept.left >= 0 && kept.left <= found.left && kept.left + kept.width >= x.from + x.px);
      assert.ok(kept.top >= 0 && kept.top <= found.top && kept.top + kept.height >= y.from + y.px);
      assert.ok(right >= 0 && bottom >= 0);
      if (equalHor) assert.equal(right, kept.left);
      if (equalVer) assert.equal(bottom, kept.top);
    }),
  );
});

test("what the options ask for is made of what is left", async () => {
  assert.deepEqual(await sizeAfter("t:10/w:5", await png()), [5, 4]);
  assert.deepEqual(await sizeAfter("t:10/c:0.5:0.5", await png()), [5, 4]);
});

test("the border is looked for as the picture is stored, and the picture turned after", async () => {
  const turned = await boxed().withMetadata({ orientation: 6 }).png().toBuffer();
  assert.deepEqual(await sizeAfter("t:10", turned), [8, 10]);
  assert.deepEqual(await sizeAfter("t:10::1", turned), [8, 28]);
  assert.deepEqual(await sizeAfter("t:10/ar:0", turned), [10, 8]);
});

test("EXIF and the colours of a profile come along", async () => {
  const tagged = boxed().withExif({ IFD0: { Artist: "A. Painter" } });
  const { exif } = await (await drawnAs("t:10/sm:0", await tagged.jpeg().toBuffer())).metadata();
  assert.ok(exif?.includes("A. Painter"));

  const wide = await sharp(await png("#ffffff", "#00c000"))
    .withIccProfile("p3")
    .png()
    .toBuffer();
  const [whole, cut] = await Promise.all([drawnAs("f:png", wide), drawnAs("t:10/f:png", wide)]);
  assert.deepEqual(cut.pixel(3, 3), whole.pixel(9, 8));
  assert.notDeepEqual(cut.pixel(3, 3), [0, 0xc0, 0, 255]);
});

const opening = (text: string, bytes: Buffer, limits = limitsIn(), ms = 10_000) => {
  const { options } = optionsOf(text);
  return openTrimmed({ bytes }, { options, limits, offers: noOffers }, readConfig({}), Deadline.in(ms));
};

test("an animation keeps its border, the still that is made of it does not", async () => {
  const frame = (left: number) =>
    sharp({ create: { width: 20, height: 10, channels: 3, background: "#fff" } })
      .composite([
        { input: { create: { width: 4, height: 4, channels: 3, background: "#f00" } }, left, top: 3 },
      ])
      .png()
      .toBuffer();
  const gif = await sharp([await frame(2), await frame(9)], { join: { animated: true } })
    .gif()
    .toBuffer();
  const env = { IMGPROXY_MAX_ANIMATION_FRAMES: "2" };
  const { body } = await drawnAs("t:10/f:gif", gif, env);
  const { width, pageHeight, pages } = await sharp(body, { animated: true }).metadata();
  assert.deepEqual([width, pageHeight, pages], [20, 10, 2]);
  const still = await drawnAs("t:10/f:png", gif, env);
  assert.deepEqual([still.width, still.height], [4, 4]);
});

test("the format of the still that is made of an animation is chosen as if it were not trimmed", async () => {
  const frame = (color: string) => plain(20, 20, color).png().toBuffer();
  const gif = await sharp([await frame("#ff000080"), await frame("#00ff0080")], { join: { animated: true } })
    .gif()
    .toBuffer();
  const offers = { auto: [], enforced: ["avif"], preferred: ["jpeg", "png"] } as const;
  for (const [frames, text, format] of [
    ["2", "", "jpeg"],
    ["1", "", "png"],
    ["2", "f:png", "png"],
    ["1", "f:png", "avif"],
  ] as const) {
    const config = readConfig({ IMGPROXY_MAX_ANIMATION_FRAMES: frames });
    for (const trimming of ["", "t:10/"]) {
      const { options } = optionsOf(trimming + text);
      const asked = { options, offers, limits: limitsOf(config, options) };
      const opened = await openTrimmed({ bytes: gif }, asked, config, Deadline.in(10_000));
      assert.equal(planOf(opened, asked, config).canvas.format, format, `${frames} ${trimming}${text}`);
    }
  }
});

test("the still that is made of an animation is scaled as pixels are, not as its decoder would", async () => {
  const frame = (color: string) => plain(97, 61, color).png().toBuffer();
  const webp = await sharp([await frame("#ff0000"), await frame("#00ff00")], { join: { animated: true } })
    .webp({ lossless: true })
    .toBuffer();
  const { options } = optionsOf("t:10/w:41/f:png");
  const strokes = ["1", "2"].map(async (frames) => {
    const config = readConfig({ IMGPROXY_MAX_ANIMATION_FRAMES: frames });
    const asked = { options, offers: noOffers, limits: limitsOf(config, options) };
    const opened = await openTrimmed({ bytes: webp }, asked, config, Deadline.in(10_000));
    return planOf(opened, asked, config).strokes;
  });
  const [still, moving] = await Promise.all(strokes);
  assert.deepEqual(moving, still);
});

test("a JPEG is not shrunk on load once its border is cut off", async () => {
  const opened = await opening("t:30", await boxed().jpeg().toBuffer());
  assert.equal(opened.info.encoded, false);
  assert.deepEqual([opened.origin?.width, opened.origin?.height], [40, 30]);
});

test("an SVG is trimmed as well, and counts as pixels after", async () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect x="6" y="5" width="10" height="8" fill="red"/></svg>',
  );
  const drawn = await drawnAs("t:10/w:50/f:png", svg);
  assert.deepEqual([drawn.width, drawn.height], [10, 8]);
  assert.deepEqual(drawn.pixel(5, 4), [255, 0, 0, 255]);
});

describe("what is cut where it can be killed", () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><path d="M6 5h10v8H6z" fill="#f00"/></svg>',
  );

  test("is watermarked", async () => {
    const watermark = await plain(3, 2, "#0000ff").png().toBuffer();
    const { pixel } = await drawnAs("t:10/wm:1:noea/f:png", svg, {}, watermark);
    assert.deepEqual(
      [pixel(6, 0), pixel(7, 0), pixel(9, 1), pixel(9, 2)],
      [
        [255, 0, 0, 255],
        [0, 0, 255, 255],
        [0, 0, 255, 255],
        [255, 0, 0, 255],
      ],
    );
  });

  test("keeps the profile that its colours are of", async () => {
    const { icc } = await sharp(await png())
      .withIccProfile("p3")
      .png()
      .toBuffer()
      .then((file) => sharp(file).metadata());
    assert.ok(icc);
    const source = heic({ profile: icc });
    for (const text of ["scp:0/f:png", "t:10/scp:0/f:png"]) {
      const { metadata } = await drawnAs(text, source);
      assert.deepEqual((await metadata()).icc, icc, text);
    }
  });
});

describe("what trimming may take", () => {
  const trimming = (source: Buffer, memory: number, ms: number) =>
    opening("t:10", source, { ...limitsIn(), memory }, ms);
  const large = sharp({ create: { width: 6000, height: 5000, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();

  test("is the memory that drawing may", async () => {
    await assert.rejects(trimming(await large, 100e6, 10_000), { name: "ResultTooBig", status: 422 });
  });

  test("is the time that is left", async () => {
    const source = await large;
    const began = performance.now();
    await assert.rejects(trimming(source, 1e9, 100), { name: "Timeout" });
    assert.ok(performance.now() - began < underLoad(1000));
  });
});

test("px that are too few to tell a border from a picture are all kept", async () => {
  const line = await sharp({ create: { width: 20, height: 2, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  assert.deepEqual(await sizeAfter("t:10", line), [20, 2]);
});

test("three px are enough", async () => {
  const line = await plain(20, 3, "#ffffff")
    .composite([{ input: await plain(5, 3, "#ff0000").png().toBuffer(), left: 4, top: 0 }])
    .png()
    .toBuffer();
  assert.deepEqual(await sizeAfter("t:10", line), [5, 3]);
});

test("a threshold without a colour forgets the colour, and no threshold trims nothing", () => {
  const asked = (text: string) => optionsOf(text).options.trim;
  assert.deepEqual(asked("t:10:f00::1/t:5"), { threshold: 5, equalVer: true });
  assert.deepEqual(asked("t:10:f00/t:"), undefined);
  assert.deepEqual(asked("t:10::1/t::00f"), { color: "0000ff", equalHor: true });
});
