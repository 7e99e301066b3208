import { readFileSync } from "node:fs";
import { type Format, formatNamed } from "../formats.ts";
import { imageType } from "../image-type.ts";

/** One environment variable: how it is named, read and explained. */
export interface Variable<T = unknown, G = unknown> {
  readonly name: string;
  readonly doc: string;
  /** What holds when it is unset, empty or blank. */
  readonly default: T;
  /** `undefined` when the text is nonsense. */
  readonly read: (text: string) => T | undefined;
  /** The tail of the error sentence. */
  readonly expects: string;
  /** A blank text is a value of its own, not the same as unset. */
  readonly blank?: T;
  /** What a URL is answered with depends on it, so it is part of every derivative's key. */
  readonly keyed: boolean;
  /** It names a file, which the stack ships with the function. */
  readonly file?: boolean;
  /** Its value must not be shown. */
  readonly secret?: boolean;
  /** Never there: the type of what a deployment may say in place of text. */
  readonly given?: G;
}

type Kind<T> = Pick<Variable<T>, "read" | "expects">;
type Says<T> = Omit<Variable<T>, "read" | "expects" | "given">;

/** Variables of a kind, whose values a deployment gives as `G`. Each keeps its name as a type. */
const variable =
  <T, G = string>(kind: Kind<T>) =>
  <const N extends string>(says: Says<T> & { readonly name: N }): Variable<T, G> & { readonly name: N } => ({
    ...kind,
    ...says,
  });

/** What a deployment may say of a number. */
export type Numeric = number | `${number}`;
/** The same of seconds. */
export type Seconds = Numeric | `${number}s`;
/** The same of true and false. */
export type Flag = boolean | "true" | "false" | "1" | "0" | "t" | "f";

const readInteger = (text: string) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined);

export const integer = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  variable<number, Numeric>({
    expects:
      max === Number.MAX_SAFE_INTEGER ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`,
    read: (text) => inRange(readInteger(text), min, max),
  });
export const number = (above: number, max = Number.MAX_VALUE) =>
  variable<number, Numeric>({
    expects: max === Number.MAX_VALUE ? `a number above ${above}` : `a number above ${above}, ${max} at most`,
    read: (text) => (Number(text) > above && Number(text) <= max ? Number(text) : undefined),
  });
export const atLeast = (least: number) =>
  variable<number, Numeric>({
    expects: `a number of at least ${least}`,
    read: (text) => (Number.isFinite(Number(text)) && Number(text) >= least ? Number(text) : undefined),
  });
const wholeSeconds: Kind<number> = {
  expects: 'whole seconds of at least 1, such as "30" or "30s"',
  read: (text) => inRange(readInteger(text.replace(/s$/, "")), 1, Number.MAX_SAFE_INTEGER),
};
export const seconds = variable<number, Seconds>(wholeSeconds);
export const optionalSeconds = variable<number | undefined, Seconds>(wholeSeconds);
export const flag = variable<boolean, Flag>({
  expects: "true or false (1, t or 0, f)",
  read: (text) => {
    if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
    return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? false : undefined;
  },
});
export const text = variable<string>({ expects: "text", read: (given) => given });
/** The lines of a file, read when the variable is; without blank ones and those that begin with #. */
export const linesOfFile = variable<readonly string[]>({
  expects: "the path of a text file that can be read",
  read(path) {
    try {
      const lines = readFileSync(path, "utf8").split("\n");
      return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
    } catch {
      return undefined;
    }
  },
});
/** A picture in a file, read when the variable is. */
export const pictureFile = variable<Uint8Array | undefined>({
  expects: "the path of a picture that can be read",
  read(path) {
    try {
      const bytes = readFileSync(path);
      return imageType(bytes) && bytes;
    } catch {
      return undefined;
    }
  },
});
/** Text that a pattern matches. */
export const matching = (pattern: RegExp, expects: string) =>
  variable<string>({ expects, read: (given) => (pattern.test(given) ? given : undefined) });
/** One of some words, in whatever case. */
export const oneOf = <const C extends string>(choices: readonly C[]) =>
  variable<C, C>({
    expects: `one of ${choices.join(", ")}`,
    read: (given) => choices.find((choice) => choice === given.toLowerCase()),
  });
export const endpoint = variable<string>({
  expects: "an address such as https://s3.example.com",
  read: (given) => {
    const url = given.includes("://") ? given : `http://${given}`;
    return URL.canParse(url) && /^https?:/.test(url) ? given : undefined;
  },
});
export const list = variable<readonly string[], readonly string[] | string>({
  expects: "a list separated by commas",
  read: words,
});
/** Numbers above 0, from the smallest to the largest. */
export const steps = (most: number, whole: boolean) =>
  variable<readonly number[], readonly number[] | string>({
    expects: `${whole ? "integers" : "numbers"} above 0 and up to ${most}, separated by commas`,
    read: (given) => {
      const all = every(words(given), (word) => {
        const value = /^\d+(\.\d+)?$/.test(word) ? Number(word) : 0;
        return value > 0 && value <= most && (!whole || Number.isInteger(value)) ? value : undefined;
      });
      return all && all.length > 0 ? all.toSorted((a, b) => a - b) : undefined;
    },
  });
export const hexList = variable<readonly Uint8Array[], readonly string[] | string>({
  expects: "hex-encoded bytes, several separated by commas",
  read: (given) =>
    every(words(given), (word) => (/^([0-9a-f]{2})+$/i.test(word) ? fromHex(word) : undefined)),
});
/** Unix ms. */
export const date = variable<number | undefined>({
  expects: "a time such as 2026-01-31T12:00:00Z",
  read: (given) => {
    const time = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d/.test(given) ? Date.parse(given) : NaN;
    return Number.isNaN(time) ? undefined : time;
  },
});
/** In either alphabet, padded or not. */
export const base64Picture = variable<Uint8Array | undefined>({
  expects: "a picture in base64",
  read: (given) => {
    if (!/^[\w+/\s-]+=*$/.test(given)) return undefined;
    const bytes = Buffer.from(given, "base64");
    return imageType(bytes) && bytes;
  },
});
export const formatList = variable<readonly Format[], readonly Format[] | string>({
  expects: "a list of formats separated by commas",
  read: (given) => every(words(given), formatNamed),
});
export const formatQuality = variable<Qualities, Qualities | string>({
  expects: "format=quality pairs separated by commas, each quality from 1 to 100",
  read: (given) => {
    const pairs = every(words(given), (word) => {
      const [name = "", quality = "", ...more] = word.split("=");
      const format = formatNamed(name.trim());
      const value = inRange(readInteger(quality.trim()), 1, 100);
      return format && value && more.length === 0 ? ([format, value] as const) : undefined;
    });
    return pairs && { ...defaultFormatQuality, ...Object.fromEntries(pairs) };
  },
});
/** Names, and what they stand for. */
export const accessPoints = variable<readonly AccessPoint[], readonly AccessPoint[] | string>({
  expects: "name=ARN pairs of access points separated by semicolons",
  read: (given) =>
    every(words(given, ";"), (pair) => {
      const [, name, arn] = /^([a-z0-9][a-z0-9.-]*)\s*=\s*(arn:\S+:accesspoint[/:]\S+)$/.exec(pair) ?? [];
      return name === undefined || arn === undefined ? undefined : { name, arn };
    }),
});
export const replacements = variable<readonly Replacement[], readonly Replacement[] | string>({
  expects: "pattern=replacement pairs separated by semicolons",
  read: (given) =>
    every(words(given, ";"), (pair) => {
      const at = pair.indexOf("=");
      return at < 1 ? undefined : { pattern: pair.slice(0, at), replacement: pair.slice(at + 1) };
    }),
});
export const patterns = variable<readonly string[], readonly string[] | string>({
  expects: "URL prefixes separated by commas; * stands for anything but a slash",
  read: words,
});

/** Quality by format. */
export type Qualities = Readonly<Partial<Record<Format, number>>>;

/** A name that stands in `s3://` URLs for an access point. */
export interface AccessPoint {
  readonly name: string;
  readonly arn: string;
}

export const defaultFormatQuality = { webp: 79, avif: 63, jxl: 77 };

/** A rule of `IMGPROXY_URL_REPLACEMENTS`: anchored at the start; `${1}` is what the first `*` stood for. */
export interface Replacement {
  /** As `matchPattern` reads it. */
  readonly pattern: string;
  readonly replacement: string;
}

/** Its value in this environment. Throws one sentence that names the variable when the text is nonsense. */
export function readVariable<T>(
  { name, default: otherwise, blank, read, expects, secret }: Variable<T>,
  env: Readonly<Record<string, string | undefined>>,
): T {
  const given = env[name];
  if (given === undefined) return otherwise;
  if (given.trim() === "") return blank ?? otherwise;
  const value = read(given.trim());
  if (value === undefined) throw new Error(`${name}: expected ${expects}${secret ? "" : `, got "${given}"`}`);
  return value;
}

/** The path alone, as imgproxy has it: with a slash before it, none behind, and without query and fragment. */
export const urlPath = variable<string>({
  expects: "a path such as /img, of letters, digits, dots, dashes, underscores and slashes",
  read: (given) => {
    const [path = ""] = given.split(/[?#]/, 1);
    const bare = `/${path}`.replace(/^\/+/, "/").replace(/\/+$/, "");
    return /^(\/(?!\.{1,2}(\/|$))[\w.-]+)*$/.test(bare) ? bare : undefined;
  },
});

function words(given: string, separator: "," | ";" = ","): readonly string[] {
  return given
    .split(separator)
    .map((word) => word.trim())
    .filter(Boolean);
}

function every<A, B>(items: readonly A[], read: (item: A) => B | undefined): readonly B[] | undefined {
  const all = items.map(read);
  return all.every((item): item is B => item !== undefined) ? all : undefined;
}

const inRange = (value: number | undefined, min: number, max: number) =>
  value !== undefined && value >= min && value <= max ? value : undefined;

const fromHex = (word: string) =>
  Uint8Array.from(word.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
