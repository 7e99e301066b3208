import fc from "fast-check";
import type { Arg, Control } from "../lambda/contract/args.ts";
import type { Option } from "../lambda/contract/option.ts";
import { type Format, formats } from "../lambda/formats.ts";
import type { ImageInfo } from "../lambda/image/plan.ts";
import { everyOption, everyStep, type Options } from "../lambda/options/index.ts";

/** Plain objects with these keys; those not required may be left out. */
const record = (keys: Readonly<Record<string, fc.Arbitrary<unknown>>>, required: readonly string[] = []) =>
  fc.record(keys, { requiredKeys: [...required] }).map((bag) => ({ ...bag }));

/** A value an argument's control could give. */
function anyArg({ control }: Pick<Arg<unknown>, "control">): fc.Arbitrary<unknown> {
  const kinds: {
    readonly [K in Control["kind"]]: (control: Extract<Control, { kind: K }>) => fc.Arbitrary<unknown>;
  } = {
    number: ({ min, max, step }) =>
      fc
        .integer({ min: Math.ceil(min / step), max: Math.floor(max / step) })
        .map((steps) => Number((steps * step).toFixed(6)) + 0),
    flag: () => fc.boolean(),
    choice: ({ choices }) => fc.constantFrom(...choices),
    choices: ({ choices }) => fc.array(fc.constantFrom(...choices), { minLength: 1 }),
    qualities: ({ choices }) =>
      fc.dictionary(fc.constantFrom(...choices), fc.integer({ min: 0, max: 100 }), {
        minKeys: 1,
        noNullPrototype: true,
      }),
    color: () => fc.integer({ min: 0, max: 0xffffff }).map((rgb) => rgb.toString(16).padStart(6, "0")),
    gravity: ({ choices }) => fc.constantFrom(...choices).chain(anyGravity),
    text: () => fc.stringMatching(/^[\w.-]{1,12}$/),
  };
  return (kinds[control.kind] as (control: Control) => fc.Arbitrary<unknown>)(control);
}

function anyGravity(type: string): fc.Arbitrary<unknown> {
  if (type === "sm") return fc.constant({ type });
  const offset =
    type === "fp" ? fc.integer({ min: 0, max: 100 }).map((x) => x / 100) : fc.integer({ min: -50, max: 50 });
  return record(
    { type: fc.constant(type), x: offset, y: offset },
    type === "fp" ? ["type", "x", "y"] : ["type"],
  );
}

/** A value of an option that a URL can say. */
export function anyValue(option: Option): fc.Arbitrary<unknown> {
  if (option.name === "preset") return fc.constant(["thumb"]);
  const parts =
    "of" in option
      ? (option.of as readonly Option[]).map((part) => [part.name, anyValue(part)] as const)
      : [];
  if (parts.length > 0) return record(Object.fromEntries(parts));

  const args = Object.entries(option.args);
  const [[only, arg] = []] = args;
  if (args.length === 1 && arg && only === option.name) return anyArg(arg);
  const bag = (entries: typeof args) =>
    record(
      Object.fromEntries(entries.map(([key, each]) => [key, anyArg(each)])),
      entries.map(([key]) => key),
    );
  if (option.skipsBlanks)
    return fc
      .subarray(args, { minLength: 1 })
      .chain((some) => bag(args.filter((one) => one[1].required || some.includes(one))));
  // Where a blank is refused, what is left out must be at the end.
  return fc.integer({ min: 1, max: args.length }).chain((count) => bag(args.slice(0, count)));
}

const some = (chosen: readonly Option[]): fc.Arbitrary<Options> =>
  record(Object.fromEntries(chosen.map((option) => [option.name, anyValue(option)])));

const plain = everyOption.filter((option) => !("of" in option) && option.name !== "preset");

/** Anything a URL may ask for, except what is said by other options. */
export const anyAsked: fc.Arbitrary<Options> = some(plain.filter(({ name }) => name !== "expires"));

/** px; a few px would only show how single px are rounded. */
const side = fc.oneof(fc.constant(0), fc.integer({ min: 8, max: 80 }));

/** Sizes of what is drawn by the dozen. */
const sizes = {
  width: side,
  height: side,
  "min-width": side,
  "min-height": side,
  dpr: fc.constantFrom(0.5, 1, 1.5, 2),
  blur: fc.constantFrom(0, 1.2),
  sharpen: fc.constantFrom(0, 0.7),
  padding: record({ top: side, left: side }),
  crop: record({ width: fc.constantFrom(0, 0.4, 20), height: fc.constantFrom(0, 0.7, 15) }, ["width"]),
  zoom: record({ x: fc.constantFrom(0.5, 1.5) }, ["x"]),
};

/** Any value of these refuses nearly all. */
const limiting = /^max_/;

const writable = (Object.keys(formats) as Format[]).filter((format) => formats[format].writes);

const drawn = new Set(everyStep.flatMap(({ needs }) => Object.values(needs).map(({ name }) => name)));
const shapes = plain.filter(
  ({ name }) => drawn.has(name) && !Object.hasOwn(sizes, name) && name !== "format",
);

/** Options that draw, small enough to be drawn by the dozen. */
export const anyDrawing: fc.Arbitrary<Options> = fc
  .tuple(some(shapes), record(sizes))
  .map(([shape, size]) => ({ ...shape, ...size }));

/** Options of the answer's file, and of what is taken of the source. */
export const anyFileOptions: fc.Arbitrary<Options> = some(
  plain.filter(({ name }) => !drawn.has(name) && !limiting.test(name) && name !== "expires"),
).chain((options) =>
  fc
    .option(fc.constantFrom(...writable), { nil: undefined })
    .map((format) => ({ ...options, ...(format && { format }) })),
);

const anyFile = {
  width: fc.integer({ min: 16, max: 5000 }),
  height: fc.integer({ min: 16, max: 5000 }),
  orientation: fc.integer({ min: 1, max: 8 }),
  alpha: fc.boolean(),
  grey: fc.boolean(),
  foreign: fc.boolean(),
  deep: fc.boolean(),
  profile: fc.boolean(),
  paletteBits: fc.constantFrom(0, 2, 8),
  vector: fc.boolean(),
  format: fc.constantFrom<Format>("jpeg", "png", "webp", "gif"),
  encoded: fc.boolean(),
};

/** What is known of some source, and maybe of a watermark. */
export const anySource: fc.Arbitrary<ImageInfo> = fc.record(
  { ...anyFile, watermark: fc.record(anyFile) },
  {
    requiredKeys: [
      "width",
      "height",
      "orientation",
      "alpha",
      "grey",
      "foreign",
      "deep",
      "profile",
      "paletteBits",
      "vector",
      "format",
      "encoded",
    ],
  },
);
