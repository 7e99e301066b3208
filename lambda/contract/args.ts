import { InvalidUrl } from "../errors.ts";

/** The words after an option's name, taken one at a time from the left. */
export class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }
  take(): string {
    return this.#words[this.#at++] ?? "";
  }
  /** Passes over `count` words, or as many as there are. */
  skip(count: number): void {
    this.#at += count;
  }
  /** The next word is there, but empty. */
  get blank(): boolean {
    return this.#words[this.#at] === "";
  }
  get left(): number {
    return Math.max(0, this.#words.length - this.#at);
  }
}

/** What a form shows for an argument, and the bounds it keeps; tests draw random values from it. */
export type Control =
  | { readonly kind: "number"; readonly min: number; readonly max: number; readonly step: number }
  | { readonly kind: "flag" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "qualities"; readonly choices: readonly string[] }
  | { readonly kind: "color" }
  | { readonly kind: "gravity"; readonly choices: readonly string[] }
  | { readonly kind: "text" };

/** One positional argument: how it is read, written, described and shown. */
export interface Arg<T> {
  /** The tail of the error sentence. */
  readonly expects: string;
  readonly control: Control;
  /** Words it takes at most. */
  readonly arity: number;
  /** What its words are called where there are several, or where its option's name does not say it. */
  readonly words?: readonly string[];
  /** Takes its words. `undefined` means the URL takes the value back. Throws `InvalidUrl`, naming `at`, on nonsense. */
  read(words: Words, at: string): T | undefined;
  write(value: T): readonly string[];
  /** Is there whenever its option is: no empty word stands for it. */
  readonly required?: true;
  /** What an argument left out between two others is written as. */
  readonly neutral: string;
  /** A later value over an earlier one; replaces it unless said otherwise. */
  merge?(before: T, now: T): T;
}

/** Refuses a word, in the one sentence all bad arguments get. */
export function refuse(at: string, expects: string, got: string): never {
  throw new InvalidUrl(`${at}: expected ${expects}, got "${got}"`);
}

/** An argument of one word. */
export function word<T>(
  expects: string,
  control: Control,
  parse: (word: string) => T | undefined,
  print: (value: T) => string = String,
): Arg<T> {
  return {
    expects,
    control,
    arity: 1,
    neutral: "0",
    read(words, at) {
      const given = words.take();
      const value = parse(given);
      return value === undefined ? refuse(at, expects, given) : value;
    },
    write: (value) => [print(value)],
  };
}

/** Characters of the longest number that is read; how to tell a longer one from nonsense may take more than linear time. */
const LONGEST_NUMBER = 64;

/** A whole number as Go's Atoi reads it. */
const wholeNumber = (word: string) => {
  if (word.length > LONGEST_NUMBER) return undefined;
  const value = /^[+-]?\d+$/.test(word) ? Number(word) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
};

/** A finite number as Go's ParseFloat reads it: decimal or hexadecimal, `_` between digits. */
const real = (word: string) => {
  if (word.length > LONGEST_NUMBER || /^_|_$|__|_[^\da-f]|[^\da-f]_/i.test(word)) return undefined;
  const digits = word.replaceAll("_", "");
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits)) return finite(Number(digits));
  const hex = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/i.exec(digits);
  if (!hex) return undefined;
  const [, sign = "", int = "", fraction = "", exponent = ""] = hex;
  const mantissa = Number.parseInt(int + fraction, 16);
  return finite((sign === "-" ? -1 : 1) * mantissa * 2 ** (Number(exponent) - 4 * fraction.length));
};
const finite = (value: number) => (Number.isFinite(value) ? value : undefined);

const within = (value: number | undefined, min: number, max: number) =>
  value !== undefined && value >= min && value <= max ? value : undefined;

/** A whole number of px, 0 or more; a form shows it up to `usual`. */
export const px = (usual = 4096) =>
  word<number>("an integer of px of at least 0", { kind: "number", min: 0, max: usual, step: 1 }, (given) =>
    within(wholeNumber(given), 0, Number.MAX_SAFE_INTEGER),
  );

/** A whole number from `min` to `max`; `unit` says of what. */
export const integer = (unit: string, min: number, max: number) =>
  word<number>(
    `${unit}, an integer${bounds(min, max)}`,
    { kind: "number", min: Math.max(min, -1e6), max: Math.min(max, 1e6), step: 1 },
    (given) => within(wholeNumber(given), min, max),
  );

function bounds(min: number, max: number): string {
  if (min === -Infinity) return "";
  return max === Infinity ? ` of at least ${min}` : ` from ${min} to ${max}`;
}

/** A number of at least 0. */
export const amount = (unit: string, max: number) =>
  word<number>(`${unit} of at least 0`, { kind: "number", min: 0, max, step: 0.1 }, (given) =>
    within(real(given), 0, Number.MAX_VALUE),
  );

/** A number from 0 to 1. */
export const fraction = (unit: string) =>
  word<number>(`${unit} from 0 to 1`, { kind: "number", min: 0, max: 1, step: 0.05 }, (given) =>
    within(real(given), 0, 1),
  );

/** A number above 0. */
export const factor = (max: number) =>
  word<number>("a number above 0", { kind: "number", min: 0.1, max, step: 0.1 }, (given) =>
    within(real(given), Number.MIN_VALUE, Number.MAX_VALUE),
  );

/** Any number, px when its size is 1 or more, otherwise a fraction of the side. */
export const offset = () =>
  word<number>("a number", { kind: "number", min: -4096, max: 4096, step: 0.1 }, real);

/** True or false; what is neither, and the empty word, is false, as in imgproxy. */
export const flag = () =>
  word<boolean>(
    "1 or 0",
    { kind: "flag" },
    (given) => ["1", "t", "T", "TRUE", "true", "True"].includes(given),
    (value) => (value ? "1" : "0"),
  );

/** One of some words. */
export const choice = <const C extends string>(choices: readonly C[]) =>
  word<C>(`one of ${choices.join(", ")}`, { kind: "choice", choices }, (given) =>
    choices.find((choice) => choice === given),
  );

/** Free text without structure; the empty word takes it back. */
export const text = (expects: string): Arg<string> => ({
  ...word<string>(expects, { kind: "text" }, (given) => given),
  neutral: "",
  read: (words) => words.take() || undefined,
});
