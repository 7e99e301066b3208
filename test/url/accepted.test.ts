import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Option } from "../../lambda/contract/option.ts";
import { Failure, InvalidUrl } from "../../lambda/errors.ts";
import { isWritable } from "../../lambda/formats.ts";
import { everyOption } from "../../lambda/options/index.ts";
import { parse } from "../../lambda/url/parse.ts";
import { imageUrls, type Options } from "../../lib/client/index.ts";
import { anyValue } from "../arbitrary.ts";
import { requestFor, servicesOf } from "../services.ts";

/** Sets of options for each direction. */
const SETS = 2000;

const keys = { key: "736563726574", salt: "68656c6c6f" };
const images = imageUrls({ base: "https://pictures.example", ...keys });
const now = Date.now();
const env = { IMGPROXY_PRESETS: "thumb=cb:1", IMGPROXY_ALLOW_SECURITY_OPTIONS: "1" };
const { language, config } = servicesOf(
  { ...env, IMGPROXY_KEY: keys.key, IMGPROXY_SALT: keys.salt },
  { now },
);

/** What the function reads of a URL as an HTTP client sends it. */
const read = (url: string) =>
  parse(requestFor({ config }, { path: new URL(url).pathname }, now).http, language, now);

const source = "s3://b/k.jpg";
const real = everyOption.filter((option) => !("of" in option));

/** Nonsense of the same type, and odd values that make sense. */
const odd = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(Number.NaN, Infinity, -1, 0.5, 1e21, 2 ** 53),
  fc.boolean(),
);
const oddText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 5 }),
  fc.stringMatching(/^[\w%:/@?#é <>"\\.;=+-]{0,6}$/),
  fc.constantFrom("a/b", "a:b", "a%3Ab", "é", "a b", "..", "\\", "a/w:1", "jpg", "fff", "thumb"),
);

/** A value with one number or text in it replaced. */
function spoiled(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value === "number") return odd.filter((other) => typeof other === "number");
  if (typeof value === "string") return oddText;
  if (Array.isArray(value)) return fc.tuple(...value.map(spoiled));
  if (typeof value !== "object" || value === null) return fc.constant(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return fc.constant(value);
  return fc
    .nat(entries.length - 1)
    .chain((nth) =>
      fc.tuple(
        ...entries.map(([name, each], at) =>
          (at === nth ? spoiled(each) : fc.constant(each)).map((one) => [name, one] as const),
        ),
      ),
    )
    .map((all) => Object.fromEntries(all));
}

const some = (most: number, drawn: (option: Option) => fc.Arbitrary<unknown>): fc.Arbitrary<Options> =>
  fc
    .subarray(real, { maxLength: most })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((option) => [option.name, drawn(option)]))))
    .map((bag) => ({ ...bag }));

/** A raw source is what it is, whatever format is named. */
const isAnswered = ({ format, raw }: Options) => format === undefined || (isWritable(format) && !raw);

test(`of ${SETS} sets of options the client takes, the function reads every one as it was asked`, () => {
  const property = fc.property(some(real.length, anyValue).filter(isAnswered), (options) => {
    const { expires, ...others } = options;
    const asked = {
      ...others,
      ...(expires !== undefined && { expires: expires > 0 ? expires + 4e9 : expires }),
    };
    const { options: found, source: at } = read(images.url(source, asked));
    const { preset, cachebuster, ...rest } = found;
    const { preset: named, cachebuster: put, ...wanted } = asked;
    assert.equal(at, source);
    assert.deepEqual(rest, wanted);
    assert.deepEqual(preset, named);
    assert.equal(cachebuster, put ?? (named && "1"));
  });
  fc.assert(property, { numRuns: SETS, seed: 8 });
});

/** A URL of these options that nobody looked at. */
function unchecked(options: Options): string {
  const segments = everyOption.flatMap((option) => {
    const value = Object.entries(options).find(([name]) => name === option.name)?.[1];
    return value === undefined
      ? []
      : [[option.aliases?.[0] ?? option.name, ...option.write(value)].join(":")];
  });
  return ["https://pictures.example/unsafe", ...segments, "plain", source].join("/");
}

const unsigned = servicesOf(env, { now });

function found(url: string): object | undefined {
  try {
    const { pathname } = new URL(url);
    return parse(requestFor(unsigned, { path: pathname }, now).http, unsigned.language, now).options;
  } catch (error) {
    assert.ok(error instanceof Failure && error.status >= 400 && error.status < 500, `${error}`);
    return undefined;
  }
}

test(`of ${SETS} sets of options with nonsense among them, the client refuses what the function would refuse or take for another`, () => {
  let refused = 0;
  const spoil = (option: Option) =>
    anyValue(option).chain((value) =>
      // Which presets there are, the function alone knows.
      option.name === "preset"
        ? fc.constant(value)
        : fc.oneof({ arbitrary: fc.constant(value), weight: 3 }, { arbitrary: spoiled(value), weight: 2 }),
    );
  const property = fc.property(some(3, spoil), (options) => {
    let url: string;
    try {
      url = images.url(source, options);
    } catch (error) {
      assert.ok(error instanceof InvalidUrl, `${error}`);
      refused++;
      // Whether somebody on the way reads a % nobody knows.
      if (unchecked(options).slice(31).includes("%")) return;
      const other = found(unchecked(options));
      if (other !== undefined) assert.notDeepEqual(other, options);
      return;
    }
    assert.doesNotThrow(() => read(url), url);
  });
  fc.assert(property, { numRuns: SETS, seed: 8 });
  assert.ok(refused > SETS / 5 && refused < (SETS * 4) / 5, `${refused} refused`);
});
