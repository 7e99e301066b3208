import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";
import { blendLine } from "../../lambda/options/blending.ts";
import { drawnAs, plain } from "../drawing.ts";
import { drawn } from "../pictures.ts";

const source = await drawn(40, 30).png().toBuffer();
const mark = await drawn(11, 7, { alpha: true }).png().toBuffer();

type Picture = Awaited<ReturnType<typeof drawnAs>>;
type Pixel = readonly number[];

/** Red, green, blue and alpha of two pictures, one over the other, computed as compositing is defined. */
function over([r = 0, g = 0, b = 0, a = 0]: Pixel, below: Pixel, opacity: number): Pixel {
  const seen = (a / 255) * opacity;
  const rest = ((below[3] ?? 0) / 255) * (1 - seen);
  const mixed = [r, g, b].map((value, at) => (value * seen + (below[at] ?? 0) * rest) / (seen + rest || 1));
  return [...mixed, (seen + rest) * 255];
}

/** Compares every pixel with a mark laid on a ground; `at` tells which pixel of the mark lies there, if any does. */
function assertMarked(
  picture: Picture,
  ground: Picture,
  laid: Picture,
  at: (x: number, y: number) => readonly [number, number],
  opacity = 1,
) {
  assert.deepEqual([picture.width, picture.height], [ground.width, ground.height]);
  for (let y = 0; y < ground.height; y++) {
    for (let x = 0; x < ground.width; x++) {
      const [across, down] = at(x, y);
      const covered = across >= 0 && down >= 0 && across < laid.width && down < laid.height;
      const below = ground.pixel(x, y);
      const expected = covered ? over(laid.pixel(across, down), below, opacity) : below;
      const found = picture.pixel(x, y);
      // What is mixed is rounded down; single precision may miss a whole number by little.
      const tolerance = covered ? 1.001 : 0.001;
      const off = expected.map((value, channel) => Math.abs(value - (found[channel] ?? 0)));
      assert.ok(Math.max(...off) < tolerance, `${x},${y}: ${found}, expected ${expected}`);
    }
  }
}

const cornerAt = (left: number, top: number) => (x: number, y: number) => [x - left, y - top] as const;

const ground = await drawnAs("f:png", source);
const laid = await drawnAs("f:png", mark);

const marked = (text: string, { on = source, by = mark, env = {} } = {}) =>
  drawnAs(`${text}/f:png`, on, env, by);

describe("40x30 with a watermark of 11x7 has it at", () => {
  for (const [position, left, top] of [
    ["ce", 15, 12],
    ["no", 15, 0],
    ["so", 15, 23],
    ["ea", 29, 12],
    ["we", 0, 12],
    ["noea", 29, 0],
    ["nowe", 0, 0],
    ["soea", 29, 23],
    ["sowe", 0, 23],
    ["", 15, 12],
    ["ce:3:2", 18, 14],
    ["no:3:2", 18, 2],
    ["so:3:2", 18, 21],
    ["ea:3:2", 26, 14],
    ["we:3:2", 3, 14],
    ["noea:3:2", 26, 2],
    ["soea:3:2", 26, 21],
    ["sowe:3:2", 3, 21],
    ["nowe:0.25:0.1", 10, 3],
    ["nowe::4", 0, 4],
    ["soea:0.25:0.1", 19, 20],
  ] as const) {
    test(`wm:1:${position}: ${left},${top}`, async () => {
      assertMarked(await marked(`wm:1:${position}`), ground, laid, cornerAt(left, top));
    });
  }
});

test("where nothing is seen of the picture nor of the watermark there is no colour either", () => {
  // Two px: of neither anything is seen in the first; of the picture all in the second.
  const data = Uint8Array.from([9, 9, 9, 0, 200, 100, 50, 255]);
  const overlay = { left: 0, top: 0, width: 2, height: 1, strokes: [], source: { width: 2, height: 1 } };
  const clear = Uint8Array.from([255, 255, 255, 0, 255, 255, 255, 0]);
  const picture = { data, width: 2, height: 1, channels: 4 } as const;
  blendLine(picture, { ...overlay, source: { ...overlay.source, format: "png" } }, clear, 0, 1);
  assert.deepEqual([...data], [0, 0, 0, 0, 200, 100, 50, 255]);
});

describe("what hangs over an edge is cut off", () => {
  for (const [position, left, top] of [
    ["nowe:-5:-4", -5, -4],
    ["soea:-5:-4", 34, 27],
    ["noea:-10:-6", 39, -6],
    // One pixel of it stays.
    ["nowe:-500:-500", -10, -6],
    ["we:500:0", 39, 12],
    ["so:0:-100", 15, 29],
  ] as const) {
    test(`wm:1:${position}: ${left},${top}`, async () => {
      assertMarked(await marked(`wm:1:${position}`), ground, laid, cornerAt(left, top));
    });
  }

  test("on all sides, of a watermark larger than the picture", async () => {
    const by = await drawn(60, 51, { alpha: true }).png().toBuffer();
    const large = await drawnAs("f:png", by);
    assertMarked(await marked("wm:0.7:ce", { by }), ground, large, cornerAt(-10, -10), 0.7);
  });
});

describe("opacity", () => {
  for (const opacity of [0.1, 0.5, 0.93]) {
    test(`${opacity} is what alpha is multiplied by`, async () => {
      assertMarked(await marked(`wm:${opacity}:nowe`), ground, laid, cornerAt(0, 0), opacity);
    });
  }

  test("is multiplied by the environment's", async () => {
    const env = { IMGPROXY_WATERMARK_OPACITY: "0.6" };
    assertMarked(await marked("wm:0.5:nowe", { env }), ground, laid, cornerAt(0, 0), 0.3);
  });

  test("0 draws nothing", async () => {
    assert.ok((await marked("wm:0:nowe")).data.equals(ground.data));
  });
});

test("where none is configured nothing is drawn", async () => {
  assert.ok((await drawnAs("wm:1:nowe/f:png", source)).data.equals(ground.data));
});

describe("tiles", () => {
  /** The pixel of a tile of such a side, of which so many px before the picture are cut, less what comes before the mark in it. */
  const tile = (at: number, side: number, cut: number, before: number) => ((at + cut) % side) - before;

  test("repeat an odd number of times, one of them in the middle", async () => {
    // 5 by 5 of 11x7 are 55x35: 7 of 15 px are cut on the left, 2 of 5 at the top.
    const at = (x: number, y: number) => [tile(x, 11, 7, 0), tile(y, 7, 2, 0)] as const;
    assertMarked(await marked("wm:0.8:re"), ground, laid, at, 0.8);
  });

  test("have gaps between, the smaller half of each before", async () => {
    // 3 by 3 of 16x10 are 48x30.
    const at = (x: number, y: number) => [tile(x, 16, 4, 2), tile(y, 10, 0, 1)] as const;
    assertMarked(await marked("wm:1:re:5:3"), ground, laid, at);
  });

  test("have gaps that are fractions of the picture", async () => {
    // 4 px and 3 px: 3 by 3 of 15x10 are 45x30.
    const at = (x: number, y: number) => [tile(x, 15, 2, 2), tile(y, 10, 0, 1)] as const;
    assertMarked(await marked("wm:1:re:0.1:0.1"), ground, laid, at);
  });

  test("are cut where gaps are below 0", async () => {
    // 5 by 7 of 8x5 are 40x35: of the mark 1 px is cut on the left and at the top, 2 px right and 1 px below.
    const at = (x: number, y: number) => [tile(x, 8, 0, -1), tile(y, 5, 2, -1)] as const;
    assertMarked(await marked("wm:1:re:-3:-2"), ground, laid, at);
  });

  test("of which gaps leave nothing are not drawn", async () => {
    assert.ok((await marked("wm:1:re:-11")).data.equals(ground.data));
    assert.ok((await marked("wm:1:re:0:-0.9")).data.equals(ground.data));
  });

  test("larger than the picture are cut around its middle", async () => {
    const by = await drawn(61, 13, { alpha: true }).png().toBuffer();
    const large = await drawnAs("f:png", by);
    // 61x39: 10 of 21 px are cut on the left, 4 of 9 at the top.
    const at = (x: number, y: number) => [x + 10, tile(y, 13, 4, 0)] as const;
    assertMarked(await marked("wm:1:re", { by }), ground, large, at);
  });
});

describe("scale", () => {
  for (const [scale, width, height, left, top] of [
    // 20x15, into which 11x7 fits as 20x12.7.
    [0.5, 20, 13, 10, 9],
    [0.1, 4, 3, 18, 14],
    [0.001, 1, 1, 20, 15],
  ] as const) {
    test(`${scale} fits it into that part of the picture: ${width}x${height}`, async () => {
      const scaled = await drawnAs("f:png", await sharp(mark).resize({ width }).png().toBuffer());
      assert.deepEqual([scaled.width, scaled.height], [width, height]);
      assertMarked(await marked(`wm:1:ce:0:0:${scale}`), ground, scaled, cornerAt(left, top));
    });
  }

  test("2 makes it larger than the picture, and what is seen is its middle", async () => {
    const scaled = await drawnAs("f:png", await sharp(mark).resize({ width: 80 }).png().toBuffer());
    assert.deepEqual([scaled.width, scaled.height], [80, 51]);
    assertMarked(await marked("wm:1:ce:0:0:2"), ground, scaled, cornerAt(-20, -10));
  });

  test("beyond all bounds is refused, as other sizes are", async () => {
    await assert.rejects(marked("wm:1:ce:0:0:1e300"), { name: "ResultTooBig", status: 422 });
    await assert.rejects(marked("wm:1:re:1e300"), { name: "ResultTooBig", status: 422 });
  });

  test("of tiles: they have their gaps after it", async () => {
    const scaled = await drawnAs("f:png", await sharp(mark).resize({ width: 20 }).png().toBuffer());
    // 3 by 3 of 22x13 are 66x39: 13 of 26 px are cut on the left, 4 of 9 at the top.
    const at = (x: number, y: number) => [((x + 13) % 22) - 1, (y + 4) % 13] as const;
    assertMarked(await marked("wm:1:re:2:0:0.5"), ground, scaled, at);
  });
});

describe("the watermark is the last that is drawn", () => {
  test("its offsets follow dpr, its own size does not", async () => {
    const sized = "w:40/dpr:2/el:1";
    const doubled = await drawnAs(`${sized}/f:png`, source);
    assert.equal(doubled.width, 80);
    assertMarked(await marked(`${sized}/wm:1:nowe:3:2`), doubled, laid, cornerAt(6, 4));
  });

  test("over padding and background, which count for its place and size", async () => {
    const padded = "pd:10:5/bg:ff0000";
    const around = await drawnAs(`${padded}/f:png`, source);
    assert.deepEqual([around.width, around.height], [50, 50]);
    assertMarked(await marked(`${padded}/wm:0.5:noea`), around, laid, cornerAt(39, 0), 0.5);
    const scaled = await drawnAs("f:png", await sharp(mark).resize({ width: 25 }).png().toBuffer());
    assertMarked(await marked(`${padded}/wm:1:nowe:0:0:0.5`), around, scaled, cornerAt(0, 0));
  });

  test("over what was scaled, cut, blurred and turned", async () => {
    const drawing = "rs:fill:20:20/rot:90/bl:1.5";
    const before = await drawnAs(`${drawing}/f:png`, source);
    assertMarked(await marked(`${drawing}/wm:1:sowe`), before, laid, cornerAt(0, 13));
  });

  test("on what was flattened for a format without alpha", async () => {
    const clear = await drawn(40, 30, { alpha: true }).png().toBuffer();
    const flat = await drawnAs("bg:ffffff/f:png", clear);
    const by = await plain(11, 7, "#0000ff80").png().toBuffer();
    const picture = await drawnAs("q:100/wm:1:soea/f:jpeg", clear, {}, by);
    const expected = over([0, 0, 255, 128], flat.pixel(35, 27), 1);
    const off = picture.pixel(35, 27).map((value, at) => Math.abs(value - (expected[at] ?? 0)));
    assert.ok(Math.max(...off) < 12, `${picture.pixel(35, 27)}, expected ${expected}`);
  });
});

test("an opaque picture stays opaque, a transparent one is transparent where it was", async () => {
  const opaque = await (await marked("wm:0.5:re")).metadata();
  assert.equal(opaque.hasAlpha, false);
  const on = await drawn(40, 30, { alpha: true }).png().toBuffer();
  const before = await drawnAs("f:png", on);
  assertMarked(await marked("wm:0.5:soea", { on }), before, laid, cornerAt(29, 23), 0.5);
  assertMarked(await marked("wm:0.5:nowe:5:1/w:40", { on }), before, laid, cornerAt(5, 1), 0.5);
});

test("a grey picture gets the colours of its watermark, and stays grey under a grey one", async () => {
  const on = await drawn(40, 30).toColourspace("b-w").png().toBuffer();
  const grey = await drawnAs("f:png", on);
  const coloured = await marked("wm:1:nowe", { on });
  assert.equal((await coloured.metadata()).space, "srgb");
  assertMarked(coloured, grey, laid, cornerAt(0, 0));

  const by = await drawn(11, 7, { alpha: true }).toColourspace("b-w").png().toBuffer();
  const greyMark = await drawnAs("f:png", by);
  const both = await marked("wm:1:nowe", { on, by });
  assert.equal((await both.metadata()).space, "b-w");
  assertMarked(both, grey, greyMark, cornerAt(0, 0));
});

describe("a watermark's own file", () => {
  test("is turned upright", async () => {
    const by = await sharp(mark).withMetadata({ orientation: 6 }).png().toBuffer();
    const upright = await drawnAs("f:png", by);
    assert.deepEqual([upright.width, upright.height], [7, 11]);
    assertMarked(await marked("wm:1:nowe", { by }), ground, upright, cornerAt(0, 0));
    // 7 by 3 of 7x11 are 49x33: 4 of 9 px are cut on the left, 1 of 3 at the top.
    const at = (x: number, y: number) => [(x + 4) % 7, (y + 1) % 11] as const;
    assertMarked(await marked("wm:1:re", { by }), ground, upright, at);
  });

  test("may have a profile: its colours are sRGB's on the picture", async () => {
    const by = await drawn(11, 7).withIccProfile("p3").png().toBuffer();
    const converted = await drawnAs("f:png", by);
    const untouched = await sharp(by, { ignoreIcc: true }).raw().toBuffer();
    assert.notDeepEqual(converted.pixel(5, 3).slice(0, 3), [...untouched.subarray(114, 117)]);
    assertMarked(await marked("wm:1:nowe", { by }), ground, converted, cornerAt(0, 0));
    const at = (x: number, y: number) => [((x + 4) % 16) - 2, (y % 10) - 1] as const;
    assertMarked(await marked("wm:1:re:5:3", { by }), ground, converted, at);
  });

  test("may be a JPEG", async () => {
    const by = await drawn(110, 70).jpeg({ quality: 100 }).toBuffer();
    const picture = await marked("wm:1:nowe:0:0:0.5", { by });
    const opaque = await drawnAs("w:20/f:png", by);
    assertMarked(picture, ground, opaque, cornerAt(0, 0));
  });

  test("may be an SVG, drawn at the size it has on the picture", async () => {
    const by = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><path d="M0 0h5v10H0z" fill="#00f"/></svg>',
    );
    const picture = await marked("wm:1:nowe:0:0:0.8", { by });
    assert.deepEqual(picture.pixel(11, 23), [0, 0, 255, 255]);
    assert.deepEqual(picture.pixel(11, 24), ground.pixel(11, 24));
    assert.deepEqual(picture.pixel(12, 23), ground.pixel(12, 23));
  });

  test("that is none is refused, and so is one of too many pixels", async () => {
    await assert.rejects(marked("wm:1", { by: Buffer.from("no picture") }), {
      name: "InvalidWatermark",
      status: 422,
    });
    // Only who decodes it sees that there is nothing in it.
    const empty = Buffer.from(`ff0a${"00".repeat(40)}`, "hex");
    await assert.rejects(marked("wm:1", { by: empty }), { name: "InvalidWatermark", status: 422 });
    const env = { IMGPROXY_MAX_SRC_RESOLUTION: "0.002" };
    await assert.rejects(marked("wm:1", { env, by: await plain(50, 41, "#fff").png().toBuffer() }), {
      name: "InvalidWatermark",
      status: 422,
      message: /50x41: 0.002 megapixels at most/,
    });
  });
});

test("an SVG is watermarked where it is drawn", async () => {
  const on = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><path d="M0 0h40v30H0z" fill="#0f0"/></svg>',
  );
  const before = await drawnAs("f:png", on);
  assertMarked(await marked("wm:0.5:soea", { on }), before, laid, cornerAt(29, 23), 0.5);
});

describe("of what moves", () => {
  const moving = async (pictures: readonly Buffer[]) =>
    sharp([...pictures], { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
  const colours = ["#ff0000", "#00ff00", "#0000ff"];
  const solid = (width: number, height: number) =>
    Promise.all(colours.map((colour) => plain(width, height, colour).png().toBuffer()));

  test("every frame is watermarked, and none beyond its edges", async () => {
    const options = "wm:1:soea:-4:-3/f:webp/q:100";
    const env = { IMGPROXY_MAX_ANIMATION_FRAMES: "9" };
    const { body } = await drawnAs(
      options,
      await moving(await solid(40, 30)),
      env,
      await plain(8, 8, "#fff").png().toBuffer(),
    );
    const { pages, pageHeight } = await sharp(body, { animated: true }).metadata();
    assert.deepEqual([pages, pageHeight], [3, 30]);
    for (const [page, [r = 0, g = 0, b = 0]] of [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ].entries()) {
      const data = await sharp(body, { page }).removeAlpha().raw().toBuffer();
      const pixel = (x: number, y: number) => [...data.subarray((y * 40 + x) * 3, (y * 40 + x) * 3 + 3)];
      const near = (found: readonly number[], expected: readonly number[]) =>
        found.every((value, at) => Math.abs(value - (expected[at] ?? 0)) < 30);
      assert.ok(near(pixel(38, 28), [255, 255, 255]), `${page}: ${pixel(38, 28)}`);
      for (const [x, y] of [
        [2, 2],
        [38, 2],
        [2, 28],
      ] as const)
        assert.ok(near(pixel(x, y), [r, g, b]), `${page}: ${pixel(x, y)}`);
    }
  });

  test("the first frame is the watermark", async () => {
    const by = await moving(await solid(8, 8));
    const picture = await marked("wm:1:nowe", { by, env: { IMGPROXY_MAX_ANIMATION_FRAMES: "9" } });
    assert.deepEqual(picture.pixel(3, 3), [255, 0, 0, 255]);
    assert.deepEqual(picture.pixel(3, 8), ground.pixel(3, 8));
    const env = { IMGPROXY_MAX_SRC_RESOLUTION: "0.00006", IMGPROXY_MAX_ANIMATION_FRAMES: "9" };
    const on = await plain(5, 5, "#000").png().toBuffer();
    await assert.rejects(marked("wm:1", { on, by, env }), { name: "InvalidWatermark" });
  });
});
