import { type Arg, refuse, type Words } from "./args.ts";

/** What the URL asked for, keyed by option name. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** A word of the URL language: how it is said, read and written. */
export interface Option<Name extends string = string, Value = any, Default = any> {
  readonly name: Name;
  /** Other spellings; the first is the one the builder writes. */
  readonly aliases?: readonly string[];
  readonly doc: string;
  /** A segment as it stands in a URL; shown in the docs, parsed by the tests. */
  readonly example: string;
  readonly default: Default;
  /** Sets a limit of the operator's, who has to allow it. */
  readonly security?: true;
  readonly args: Args;
  /** An empty word leaves an argument as it is, instead of being one. */
  readonly skipsBlanks: boolean;
  /** Words it takes at most. */
  readonly arity: number;
  /** How many of them come after its last argument, and mean nothing. */
  readonly spare?: number;
  /** The options it stands for, when it is a shorthand. */
  readonly of?: readonly Option[];
  /** Folds its words into what has been asked so far; a later word wins over an earlier one. */
  read(words: Words, options: OptionValues): OptionValues;
  /** The words that would ask for `value`. */
  write(value: Value): readonly string[];
}
/** The value an option has in `Asked`. */
export type ValueOf<O> = O extends Option<string, infer Value, any> ? Value : never;
/** That value with the default applied. */
export type Settled<O> = O extends Option<string, infer Value, infer Default> ? Value | Default : never;

interface Says<Name> {
  readonly name: Name;
  readonly aliases?: readonly string[];
  readonly doc: string;
  readonly example: string;
  readonly security?: true;
}
type Args = Readonly<Record<string, Arg<any>>>;
type Bag<A extends Args> = { readonly [K in keyof A]?: A[K] extends Arg<infer T> ? T : never };
type Sum<O extends readonly Option[]> = { readonly [Part in O[number] as Part["name"]]?: ValueOf<Part> };

/** An option of one argument; its value is that argument: `blur: 2`. */
export function option<const N extends string, T, const D extends T | undefined = undefined>({
  arg,
  default: otherwise,
  ...says
}: Says<N> & { readonly arg: Arg<T>; readonly default?: D }): Option<N, T, D> {
  return {
    ...says,
    default: otherwise as D,
    args: { [says.name]: arg },
    skipsBlanks: false,
    arity: arg.arity,
    read: (words, options) => put(options, says.name, arg, arg.read(words, says.name)),
    write: arg.write,
  };
}

/** An option of several named arguments, in URL order: `padding: { top: 10, left: 20 }`. */
export function compound<const N extends string, A extends Args>({
  args,
  skipsBlanks = false,
  spare = 0,
  forgets,
  ...says
}: Says<N> & {
  readonly args: A;
  readonly skipsBlanks?: boolean;
  readonly spare?: number;
  /** Arguments said earlier that these, said now, take back. */
  readonly forgets?: (given: Bag<A>) => readonly (keyof A & string)[];
}): Option<N, Bag<A>, Bag<A>> {
  const entries = Object.entries(args);
  return {
    ...says,
    default: {},
    args,
    skipsBlanks,
    spare,
    arity: entries.reduce((sum, [, arg]) => sum + arg.arity, spare),
    read(words, options) {
      let given: OptionValues = {};
      let bag = (options[says.name] ?? {}) as OptionValues;
      for (const [key, arg] of entries) {
        if (words.left === 0) break;
        if (skipsBlanks && words.blank && !arg.required) {
          words.skip(1);
          continue;
        }
        const value = arg.read(words, `${says.name}.${key}`);
        given = put(given, key, arg, value);
        bag = put(bag, key, arg, value);
      }
      words.skip(spare);
      const left = without(bag, forgets?.(given as Bag<A>) ?? []);
      return Object.keys(left).length === 0
        ? without(options, [says.name])
        : { ...options, [says.name]: left };
    },
    write(bag) {
      const last = entries.findLastIndex(([key]) => bag[key] !== undefined);
      return entries.slice(0, last + 1).flatMap(([key, arg]) => {
        const value = bag[key];
        if (value !== undefined) return arg.write(value);
        return [skipsBlanks && !arg.required ? "" : arg.neutral];
      });
    },
  };
}

/** A shorthand for other options, in order. It has no value of its own: `rs:fill:300` *is* `rt:fill/w:300`. */
export function shorthand<const N extends string, const O extends readonly Option[]>({
  of: parts,
  ...says
}: Says<N> & { readonly of: O }): Option<N, Sum<O>, undefined> & { readonly of: O } {
  return {
    ...says,
    of: parts,
    default: undefined,
    args: Object.assign({}, ...parts.map((part) => part.args)),
    skipsBlanks: true,
    arity: parts.reduce((sum, part) => sum + part.arity, 0),
    read: (words, options) =>
      parts.reduce((soFar, part) => {
        if (words.left > 0 && !words.blank) return part.read(words, soFar);
        words.skip(part.arity);
        return soFar;
      }, options),
    write: (sum) =>
      parts.flatMap((part) => {
        const value = sum[part.name as keyof Sum<O>];
        return value === undefined ? [""] : part.write(value);
      }),
  };
}

/** Reads one segment's words; what an option leaves over is refused. */
export function readSegment(option: Option, words: Words, options: OptionValues): OptionValues {
  const read = option.read(words, options);
  if (words.left > 0) refuse(option.name, `at most ${option.arity} arguments`, words.take());
  return read;
}

function put(bag: OptionValues, key: string, arg: Arg<unknown>, value: unknown): OptionValues {
  if (value === undefined) return without(bag, [key]);
  const before = bag[key];
  return { ...bag, [key]: before !== undefined && arg.merge ? arg.merge(before, value) : value };
}

const without = (bag: OptionValues, keys: readonly string[]): OptionValues =>
  Object.fromEntries(Object.entries(bag).filter(([key]) => !keys.includes(key)));
