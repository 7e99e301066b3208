import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readConfig } from "../../lambda/config/variables.ts";
import type { Arg } from "../../lambda/contract/args.ts";
import type { OptionValues } from "../../lambda/contract/option.ts";
import { Deadline } from "../../lambda/deadline.ts";
import { openTrimmed, planOf } from "../../lambda/image/make.ts";
import { open } from "../../lambda/image/open.ts";
import { passes } from "../../lambda/image/passes.ts";
import { canvasOf, layOut } from "../../lambda/image/plan.ts";
import { draw, render } from "../../lambda/image/render.ts";
import { background } from "../../lambda/options/background.ts";
import { everyOption, everyStep, type Options } from "../../lambda/options/index.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { buildPath } from "../../lambda/url/build.ts";
import { compileLanguage, readOption } from "../../lambda/url/language.ts";
import { readPath } from "../../lambda/url/parse.ts";
import { anyAsked, anyDrawing, anySource, anyValue } from "../arbitrary.ts";
import { noOffers } from "../options-of.ts";
import { drawn } from "../pictures.ts";

const config = readConfig({
  IMGPROXY_PRESETS: "thumb=rs:fill:100:100",
  IMGPROXY_ALLOW_SECURITY_OPTIONS: "true",
});
const words = compileLanguage(config, 0);
const now = Date.UTC(2026, 0);

function validWord({ control, arity }: Pick<Arg<unknown>, "control" | "arity">): string {
  switch (control.kind) {
    case "number":
      return `${Math.max(1, control.step)}`;
    case "choice":
      return control.choices[0] ?? "";
    case "gravity":
      return "nowe";
    case "color":
      return arity === 1 ? "111" : "1";
    default:
      return "1";
  }
}

/** As many words as an argument takes, each of them valid there: offsets, channels and flags are 1. */
const wordsOf = (arg: Arg<unknown>) => [validWord(arg), ...Array.from({ length: arg.arity - 1 }, () => "1")];

describe("every option", () => {
  for (const option of everyOption) {
    test(`${option.name} reads its example`, () => {
      const options = readOption(option.example, {}, words);
      assert.notDeepEqual(options, {});
    });

    test(`${option.name} answers to each of its names`, () => {
      const [, ...args] = option.example.split(":");
      const read = (name: string) => readOption([name, ...args].join(":"), {}, words);
      for (const alias of option.aliases ?? []) assert.deepEqual(read(alias), read(option.name));
    });

    test(`${option.name} reads what it writes`, () => {
      fc.assert(
        fc.property(anyValue(option), (value) => {
          const segment = [option.name, ...option.write(value)].join(":");
          const options: OptionValues = readOption(segment, {}, words);
          if (option.of) assert.deepEqual(options, value);
          else assert.deepEqual(options[option.name], value);
        }),
      );
    });

    test(`${option.name} refuses one word more than it takes`, { skip: option.arity === Infinity }, () => {
      const spare = Array.from({ length: option.spare ?? 0 }, () => "x");
      const all = [...Object.values(option.args).flatMap(wordsOf), ...spare];
      assert.equal(all.length, option.arity);
      const read = (given: readonly string[]) => readOption([option.name, ...given].join(":"), {}, words);
      assert.notDeepEqual(read(all), {});
      // The words of a colour are counted by the colour itself.
      const expected =
        option === background ? background.args.background?.expects : `at most ${option.arity} arguments`;
      assert.throws(() => read([...all, "1"]), {
        status: 404,
        message: `${option.name}: expected ${expected}, got "1"`,
      });
    });
  }

  test("has names no other option has", () => {
    const names = everyOption.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    assert.equal(new Set(names).size, names.length);
  });
});

describe("every step", () => {
  for (const { name } of everyStep) {
    test(`${name} plans what one sharp takes`, () => {
      fc.assert(
        fc.property(anyDrawing, anySource, (options, source) => {
          for (const stroke of layOut(options, canvasOf(source, noOffers)).strokes) {
            if (stroke.step === name) assert.doesNotThrow(() => draw(sharp(), stroke));
          }
        }),
      );
    });
  }

  test("is drawn as plain data: what was sent to another process is the same", () => {
    fc.assert(
      fc.property(anyDrawing, anySource, (options, source) => {
        const { strokes } = layOut(options, canvasOf(source, noOffers));
        assert.deepEqual(structuredClone(strokes), strokes);
      }),
    );
  });

  test("that draws is planned now and then", () => {
    const planned = new Set(
      fc
        .sample(fc.tuple(anyDrawing, anySource), { numRuns: 2000, seed: 1 })
        .flatMap(([options, source]) => layOut(options, canvasOf(source, noOffers)).strokes)
        .map(({ step }) => step),
    );
    // The format is no call on sharp, nothing so large is drawn by the dozen, all is answered as PNG, and only an
    // environment has pictures decoded whole.
    const silent = ["layout", "format", "limit", "lostProfile", "decode"];
    const drawing = everyStep.map(({ name }) => name).filter((name) => !silent.includes(name));
    assert.deepEqual([...planned].sort(), drawing.sort());
  });

  test("has a name no other step has", () => {
    const names = everyStep.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });
});

test("a built path is read as what it was built from", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), anyAsked, (key, options) => {
      const source = `s3://pictures/${key}`;
      fc.pre(source.isWellFormed());
      assert.deepEqual(readPath(buildPath(source, options), words, now), { source, options });
    }),
  );
});

test("no side is longer than the limit, give or take rounding", () => {
  fc.assert(
    fc.property(anyDrawing, anySource, fc.integer({ min: 200, max: 4000 }), (options, source, limit) => {
      const { canvas } = layOut(options, canvasOf(source, noOffers), limit);
      assert.ok(
        Math.max(canvas.width, canvas.height) <= limit + 2,
        `${canvas.width}x${canvas.height} over ${limit}`,
      );
    }),
    { numRuns: 1000 },
  );
});

const deadline = () => Deadline.in(20_000);
const limits = limitsOf(config);

const watermark = await drawn(30, 20, { alpha: true }).png().toBuffer();

const drawnAs = async (options: Options, source: Buffer) => {
  const asked = { options, limits, offers: noOffers };
  const opened = await openTrimmed({ bytes: source, watermark }, asked, config, deadline());
  const planned = planOf(opened, asked, config);
  return { planned, picture: await render(planned, opened, deadline()) };
};

const side = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 700 }));
const sourceFormat = fc.constantFrom("png" as const, "jpeg" as const, "webp" as const, "gif" as const);

test("a picture has the size that was planned, whatever decodes it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(anyDrawing, sourceFormat, fc.boolean(), fc.integer({ min: 1, max: 8 })),
      fc.tuple(side, side),
      async ([options, format, alpha, orientation], [width, height]) => {
        const source = await drawn(width, height, { alpha })
          .withMetadata({ orientation })
          .toFormat(format)
          .toBuffer();
        const { planned, picture } = await drawnAs({ ...options, format: "png" }, source);
        const { width: w, height: h } = await sharp(picture.body).metadata();
        assert.deepEqual([w, h], [planned.canvas.width, planned.canvas.height]);
        assert.deepEqual([w, h], [picture.width, picture.height]);
      },
    ),
    { numRuns: 60 },
  );
});

test("strokes that share a sharp draw what they draw one by one", async () => {
  await fc.assert(
    fc.asyncProperty(anyDrawing, fc.boolean(), async (options, alpha) => {
      const bytes = await drawn(40, 30, { alpha }).png().toBuffer();
      const opened = await open({ bytes }, options, limits, deadline());
      const { strokes } = layOut(options, canvasOf(opened.info, noOffers));
      fc.pre(!strokes.some(({ attention }) => attention));
      // sharp premultiplies once for all that need it, as imgproxy does; one by one they would round between.
      const premultiplying = strokes.filter(({ call }) => ["resize", "blur", "sharpen"].includes(call));
      fc.pre(!alpha || premultiplying.length < 2);
      const pixels = async (groups: ReturnType<typeof passes>) => {
        let image = opened.pixels();
        for (const group of groups) {
          const drawing = group.reduce(draw, image);
          const { data, info } = await drawing.raw().toBuffer({ resolveWithObject: true });
          const size = group.at(-1)?.leaves ?? info;
          image = sharp(data, { raw: { channels: info.channels, ...size } });
        }
        return image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      };
      const [shared, separate] = await Promise.all([
        pixels(passes(strokes)),
        pixels(strokes.map((stroke) => [stroke])),
      ]);
      assert.deepEqual([shared.info.width, shared.info.height], [separate.info.width, separate.info.height]);

      assert.ok(shared.data.equals(separate.data), "differs");
    }),
    { numRuns: 60 },
  );
});
