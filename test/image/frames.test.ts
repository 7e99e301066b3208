import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { renderApart } from "../../lambda/image/apart.ts";
import { draw } from "../../lambda/image/draw.ts";
import { open } from "../../lambda/image/open.ts";
import { plan } from "../../lambda/image/plan.ts";
import { render } from "../../lambda/image/render.ts";
import { type Limits, limitsOf } from "../../lambda/options/limits.ts";
import { anyDrawing } from "../arbitrary.ts";
import { underLoad } from "../load.ts";
import { jpegOf, noOffers, optionsOf } from "../options-of.ts";
import { claimingGif, drawn } from "../pictures.ts";
import { limitsIn } from "../services.ts";

const config = readConfig({ IMGPROXY_MAX_ANIMATION_FRAMES: "100" });
const deadline = () => Deadline.in(20_000);

/** Opens and plans as a request does. */
async function planned(source: Uint8Array, text: string, limits: Partial<Limits> = {}) {
  const { options } = optionsOf(text);
  const most = { ...limitsOf(config, options), ...limits };
  const opened = await open({ bytes: source }, options, most, deadline());
  return { opened, most, plan: plan(options, opened.info, noOffers, most, config) };
}

async function drawnAs(text: string, source: Uint8Array, limits: Partial<Limits> = {}) {
  const { opened, most, plan } = await planned(source, text, limits);
  const { body } = await draw(plan, opened, most, deadline());
  return Buffer.from(body);
}

const DELAYS = [40, 80, 120, 160, 200];

/** Five frames, each of its own colours; nothing in one is where it is in the next. */
async function moving({ width = 60, height = 40, alpha = true } = {}) {
  const still = await drawn(width, height, { alpha }).raw().toBuffer();
  const channels = alpha ? 4 : 3;
  const frames = DELAYS.map((_, frame) =>
    Buffer.from(still.map((value, at) => (at % channels === frame % 3 ? 255 - value : value))),
  );
  const raw = { width, height: height * frames.length, channels, pageHeight: height } as const;
  return sharp(Buffer.concat(frames), { raw });
}

const shown = { delay: [...DELAYS], loop: 3 };
const gif = await (await moving({ alpha: false })).gif(shown).toBuffer();
const webp = await (await moving()).webp({ ...shown, lossless: true }).toBuffer();
const wideWebp = await (await moving())
  .withIccProfile("p3")
  .webp({ ...shown, lossless: true })
  .toBuffer();

/** One frame as premultiplied RGBA. */
async function frameOf(file: Buffer, page: number) {
  const { data, info } = await sharp(file, { page })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = data.map((value, at) =>
    at % 4 < 3 ? (value * (data[at - (at % 4) + 3] ?? 0)) / 255 : value,
  );
  return { pixels, size: [info.width, info.height] };
}

/** The mean difference of two frames, 0–255. */
const apart = (one: Uint8Array, other: Uint8Array) =>
  one.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? 0)), 0) / one.length;

const everyStroke = [
  "w:30",
  "rs:force:33:51:1",
  "rs:fill:20:20/g:sm",
  "rs:fill:20:30/g:nowe",
  "c:30:20:soea",
  "rot:90/w:25",
  "fl:1:1",
  "bl:2",
  "sh:1.5",
  "pix:7",
  "w:30/h:30/ex:1:no/bg:00ff00",
  "pd:5:9/bg:808080",
  "w:40/bl:1/pd:4",
  "bg:ff8800",
  // Nothing but the format changes.
  "ar:0",
];

describe("each frame of an animation is drawn as it would be alone", () => {
  for (const [name, source] of [
    ["GIF", gif],
    ["WebP", webp],
    ["WebP of other colours", wideWebp],
  ] as const) {
    for (const options of everyStroke) {
      test(`${name}: ${options}`, async () => {
        const animated = await drawnAs(`${options}/f:webp/q:100`, source);
        for (const frame of DELAYS.keys()) {
          const alone = await sharp(source, { page: frame, ignoreIcc: true })
            .keepIccProfile()
            .png()
            .toBuffer();
          const [got, expected] = [
            await frameOf(animated, frame),
            await frameOf(await drawnAs(`${options}/f:webp/q:100`, alone), 0),
          ];
          assert.deepEqual(got.size, expected.size);
          const difference = apart(got.pixels, expected.pixels);
          // libwebp writes of later frames what they change: no two files of lossy WebP are the same.
          assert.ok(difference < 4, `frame ${frame}: ${difference}`);
        }
      });
    }
  }

  test("as a GIF of few colours, to the pixel", async () => {
    const data = Buffer.from(
      DELAYS.flatMap((_, frame) => [0, 1, 2, 3, 4, 5].map((at) => (at === frame ? 255 : 0))),
    );
    const source = await sharp(data, { raw: { width: 3, height: 10, channels: 1, pageHeight: 2 } })
      .toColourspace("srgb")
      .gif(shown)
      .toBuffer();
    const result = await drawnAs("rot:90/pd:1/bg:ff0000/f:gif", source);
    for (const frame of DELAYS.keys()) {
      const { pixels, size } = await frameOf(result, frame);
      assert.deepEqual(size, [4, 5]);
      // Turned clockwise, pixel x, y of 3x2 lies at 1 - y, x; beside it 1 px is padded.
      const [x, y] = [frame % 3, Math.floor(frame / 3)];
      const at = 4 * ((1 + x) * 4 + 1 + (1 - y));
      assert.deepEqual([...pixels.subarray(at, at + 4)], [255, 255, 255, 255]);
      assert.deepEqual([...pixels.subarray(0, 4)], [255, 0, 0, 255]);
    }
  });
});

test("delays and loops are kept, in either format from either", async () => {
  for (const source of [gif, webp])
    for (const format of ["gif", "webp"]) {
      const { delay, loop, pages } = await sharp(await drawnAs(`w:20/f:${format}`, source)).metadata();
      assert.deepEqual({ delay, loop, pages }, { delay: DELAYS, loop: 3, pages: 5 });
    }
});

test("a delay that sharp would not write is as long as it can be", async () => {
  const { opened, plan } = await planned(webp, "f:webp");
  const animation = { delays: [70_000, 1, 2, 3, 4], loop: 70_000 };
  const { body } = await render({ ...plan, output: { ...plan.output, animation } }, opened, deadline());
  const { delay, loop } = await sharp(Buffer.from(body)).metadata();
  assert.deepEqual([delay?.[0], loop], [65_535, 65_535]);
});

describe("how many frames are drawn", () => {
  for (const [said, pages, delay] of [
    ["maf:3", 3, [40, 80, 120]],
    ["maf:2", 2, [40, 80]],
    ["maf:100", 5, DELAYS],
  ] as const)
    test(`${said}: ${pages}`, async () => {
      const metadata = await sharp(await drawnAs(`w:20/f:webp/${said}`, gif)).metadata();
      assert.deepEqual([metadata.pages, metadata.delay], [pages, delay]);
    });

  test("one is a still, of the first", async () => {
    for (const text of ["maf:1/f:webp/q:100", "f:jpeg/q:100", "f:png"]) {
      const still = await drawnAs(text, gif);
      assert.equal((await sharp(still).metadata()).pages ?? 1, 1, text);
      const difference = apart((await frameOf(still, 0)).pixels, (await frameOf(gif, 0)).pixels);
      assert.ok(difference < 8, `${text}: ${difference}`);
    }
  });

  test("unless it is said, one", async () => {
    const { info } = await open({ bytes: gif }, {}, limitsIn(), deadline());
    const settings = readConfig({});
    assert.equal(plan({}, info, noOffers, limitsOf(settings), settings).canvas.animation, undefined);
  });
});

test("a still that moved is decoded as small as any other: its format is known before it is laid out", async () => {
  const calls = async (format: string) => {
    const { plan } = await planned(webp, `c:30:20/w:10/f:${format}`);
    return plan.strokes.map(({ call }) => call);
  };
  // The decoder shrinks before the cut; frames are cut whole.
  assert.deepEqual(await calls("png"), ["resize", "extractAfter"]);
  assert.deepEqual(await calls("webp"), ["extractBefore", "resize"]);
});

test("few frames are decoded at once where memory is short, and the picture is the same", async () => {
  const options = "w:30/f:webp";
  const frame = 60 * 40 * 4;
  const drawnBytes = 30 * 20 * 4 * (5 + 4);
  // A quarter of the memory is left for what is not freed at once.
  const memory = Math.ceil((drawnBytes + 3 * 2 * frame) / 0.75);
  const short = await planned(gif, options, { memory });
  assert.equal(short.plan.framesAtOnce, 2);
  const { body } = await render(short.plan, short.opened, deadline());
  const whole = await planned(gif, options);
  assert.equal(whole.plan.framesAtOnce, 5);
  assert.deepEqual(body, (await render(whole.plan, whole.opened, deadline())).body);
  assert.ok(short.plan.cost.decode > 1.5 * whole.plan.cost.decode);
});

test("a process of its own draws the same animation", async () => {
  const { plan, opened, most } = await planned(wideWebp, "w:30/f:webp");
  const there = await renderApart(plan, opened, most.memory, deadline());
  assert.deepEqual(Buffer.from(there.body), Buffer.from((await render(plan, opened, deadline())).body));
});

test("frames cost what each of them does", () => {
  const still = { ...jpegOf(1000, 500), format: "png" } as const;
  const cost = (frames: number) => {
    const animation = { delays: Array.from({ length: frames }, () => 40), loop: 0 };
    return plan({ width: 100, format: "webp" }, { ...still, animation }, noOffers, limitsOf(config), config)
      .cost;
  };
  const [ten, twenty] = [cost(10), cost(20)];
  for (const part of ["decode", "draw", "encode"] as const)
    assert.ok(Math.abs(twenty[part] - 2 * ten[part]) < 1e-9, `${part}: ${ten[part]}, ${twenty[part]} ms`);
  // 10 frames of 0.5 megapixels at 18 ms, and of 0.005 at 150.
  assert.ok(Math.abs(ten.decode - 90) < 1e-9, `${ten.decode}`);
  assert.ok(Math.abs(ten.encode - 7.5) < 1e-9, `${ten.encode}`);
});

describe("what frames may hold", () => {
  const resolved = (text: string, width: number, height: number, frames: number) => {
    const { options } = optionsOf(text);
    const animation = { delays: Array.from({ length: frames }, () => 40), loop: 0 };
    const source = { ...jpegOf(width, height), format: "gif", animation } as const;
    return plan(options, source, noOffers, limitsOf(config, options), config).framesAtOnce;
  };

  for (const [text, width, height, frames] of [
    ["msr:1/f:gif", 1000, 200, 5],
    ["msr:0.1/mafr:0.2/f:gif", 1000, 200, 50],
    ["msr:0.2/maf:1/f:gif", 1000, 200, 50],
    ["msr:0.2/f:png", 1000, 200, 50],
    ["msr:0.4/maf:2/f:gif", 1000, 200, 50],
  ] as const)
    test(`${text} holds ${frames} of ${width}x${height}`, () =>
      assert.doesNotThrow(() => resolved(text, width, height, frames)));

  for (const [text, width, height, frames] of [
    ["msr:1/f:gif", 1000, 201, 5],
    ["mafr:0.2/f:gif", 1000, 201, 2],
    ["msr:0.1/mafr:0.2/maf:1/f:gif", 1000, 200, 50],
    ["msr:0.1/mafr:0.2/f:png", 1000, 200, 50],
  ] as const)
    test(`${text} does not hold ${frames} of ${width}x${height}`, () =>
      assert.throws(() => resolved(text, width, height, frames), { name: "InvalidSource", status: 422 }));

  test("what is drawn of them has to have room in the memory", () => {
    // 100 results of 2000x1000 are 800 MB, of 4000x1000 twice as much; of 1061 MB frames may take three quarters.
    assert.doesNotThrow(() => resolved("rs:force:2000:1000:1/f:webp", 100, 100, 100));
    assert.throws(() => resolved("rs:force:4000:1000:1/f:webp", 100, 100, 100), { name: "ResultTooBig" });
  });
});

test("a GIF of 10,000 frames of 10,000x10,000 px is refused before a frame is decoded", async () => {
  const bomb = claimingGif(10_000, 10_000, 10_000);
  const began = performance.now();
  for (const [text, name] of [
    ["f:png", "InvalidSource"],
    ["maf:10000/f:gif", "InvalidSource"],
    ["maf:10000/mafr:100/f:gif", "ResultTooBig"],
    ["maf:10000/mafr:100/w:100/f:webp", "ResultTooBig"],
  ] as const)
    await assert.rejects(drawnAs(text, bomb), { status: 422, name }, text);
  assert.ok(performance.now() - began < underLoad(4000), `${performance.now() - began} ms`);
});

test("a deadline in the middle of an animation is a Timeout, and the next picture is drawn", async () => {
  const long = await (await moving({ width: 900, height: 700 })).webp({ ...shown, effort: 0 }).toBuffer();
  const { plan, opened, most } = await planned(long, "bl:20/f:webp");
  await assert.rejects(render(plan, opened, Deadline.in(150)), { name: "Timeout", status: 503 });
  await assert.rejects(draw(plan, opened, most, Deadline.in(150)), { name: "Timeout", status: 503 });
  assert.equal((await sharp(await drawnAs("w:30/f:webp", gif)).metadata()).pages, 5);
});

test("each frame has the size that was planned, and all are shown as long as they were", async () => {
  const settings = readConfig({ IMGPROXY_MAX_ANIMATION_FRAMES: "4" });
  const limits = limitsOf(settings);
  await fc.assert(
    fc.asyncProperty(anyDrawing, fc.constantFrom("gif", "webp"), async (options, of) => {
      const opened = await open({ bytes: of === "gif" ? gif : webp }, options, limits, deadline());
      const offers = { ...noOffers, preferred: ["webp"] } as const;
      const planned = plan({ ...options, format: "webp" }, opened.info, offers, limits, settings);
      const { body, width, height } = await render(planned, opened, deadline());
      const metadata = await sharp(Buffer.from(body)).metadata();
      assert.deepEqual([metadata.width, metadata.height], [width, height]);
      assert.deepEqual([width, height], [planned.canvas.width, planned.canvas.height]);
      // libwebp makes one of frames that came out alike, and shows it as long as both; of all, a still.
      const { pages = 1, delay = [400] } = metadata;
      const together = delay.reduce((sum, ms) => sum + ms);
      assert.deepEqual([delay.length, together], [pages, 40 + 80 + 120 + 160]);
    }),
    { numRuns: 25 },
  );
});

test("a damaged animation is drawn as far as it goes, or refused: never an error of ours", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("gif", "webp", "wideWebp"),
      fc.array(fc.tuple(fc.double({ min: 0, max: 0.9999, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
        maxLength: 4,
      }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      async (of, flips, part) => {
        const source = { gif, webp, wideWebp }[of];
        const bytes = Buffer.from(source.subarray(0, Math.ceil(source.length * part)));
        for (const [at, value] of flips) bytes[Math.floor(at * bytes.length)] = value;
        await drawnAs("rs:fill:20:20/mafr:1/f:webp", bytes).catch((error) => {
          assert.ok(error instanceof Failure, String(error));
          assert.ok(error.status === 422, `${error.status}: ${error.message}`);
        });
      },
    ),
    { numRuns: 80 },
  );
});

test("frames are held to the memory for drawing: all of them at once would take twice as much", async () => {
  // 20 frames of 2000x2000 px, of which only a corner is painted: 320 MB.
  const raw = { width: 64, height: 64 * 20, channels: 3, pageHeight: 64 } as const;
  const noise = Buffer.from(
    Array.from({ length: 64 * 64 * 20 * 3 }, (_, at) => (at * 7 + (at >> 9) * 31) % 256),
  );
  const large = await sharp(noise, { raw })
    .webp({ delay: Array.from({ length: 20 }, () => 50), effort: 0 })
    .toBuffer();
  // The canvas that its header claims, less one.
  large.writeUIntLE(1999, 24, 3);
  large.writeUIntLE(1999, 27, 3);

  const held = 450 * 2 ** 20;
  const options = "maf:20/mafr:4/w:100/f:webp";
  const bounded = await planned(large, options, { memory: 300 * 2 ** 20 });
  assert.equal((await renderApart(bounded.plan, bounded.opened, held, deadline())).width, 100);
  const whole = { ...bounded.plan, framesAtOnce: 20 };
  await assert.rejects(renderApart(whole, bounded.opened, held, deadline()), { name: "ResultTooBig" });
});
describe("what an animation says beside its pixels", () => {
  const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>';
  const saying = async () => {
    const exif = { IFD0: { Artist: "somebody" } };
    return (await moving())
      .withMetadata({ exif, orientation: 6 })
      .withXmp(xmp)
      .webp({ ...shown, lossless: true })
      .toBuffer();
  };

  test("is kept where it is asked for, and says that it is upright once it is", async () => {
    const source = await saying();
    for (const options of ["w:20", "f:webp", "ar:0", "mb:9000/w:20"]) {
      const result = await drawnAs(`${options}/sm:0/f:webp`, source);
      const metadata = await sharp(result).metadata();
      assert.match(String(metadata.exif), /somebody/, options);
      assert.equal(metadata.xmpAsString, xmp, options);
      assert.equal(metadata.orientation, options === "ar:0" ? 6 : 1, options);
      assert.deepEqual([metadata.pages, metadata.delay], [5, DELAYS], options);
      // All of it is a file, with nothing behind it.
      assert.equal(result.readUInt32LE(4), result.length - 8, options);
    }
  });

  test("holds the profile of its colours, where that is to stay", async () => {
    const wide = (await moving())
      .withExif({ IFD0: { Artist: "somebody" } })
      .withIccProfile("p3")
      .webp({ ...shown, lossless: true });
    const source = await wide.toBuffer();
    const { icc } = await sharp(source).metadata();
    const result = await sharp(await drawnAs("w:20/scp:0/f:webp", source)).metadata();
    assert.ok(icc && result.icc?.equals(icc));
    // Beside whose it is.
    assert.match(String(result.exif), /somebody/);
    assert.equal((await sharp(await drawnAs("w:20/f:webp", source)).metadata()).icc, undefined);
  });

  test("is lost otherwise, and changes no pixel", async () => {
    const source = await saying();
    const [kept, lost] = [
      await drawnAs("w:20/sm:0/f:webp", source),
      await drawnAs("w:20/kcr:0/f:webp", source),
    ];
    const { exif, xmp } = await sharp(lost).metadata();
    assert.deepEqual([exif, xmp], [undefined, undefined]);
    for (const frame of DELAYS.keys())
      assert.deepEqual((await frameOf(kept, frame)).pixels, (await frameOf(lost, frame)).pixels);
  });
});
