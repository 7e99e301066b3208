import { integerIn } from "../settings.ts";

/** What `cdk.json` and `-c name=value` say. */
export type Context = Readonly<Record<string, unknown>>;

/** All of some props: one that the context has no word for does not compile. */
export type Every<Props> = { readonly [Name in keyof Required<Props>]: Props[Name] };

/** What is said of a name; `undefined` when nothing is. */
export const word = (context: Context, name: string) => text(context, name) || undefined;
/** The same, as text, which may be empty. */
export const text = (context: Context, name: string) => String(context[name] ?? "").trim();
/** The words that are said, between blanks or commas. */
export const words = (context: Context, name: string) =>
  text(context, name)
    .split(/[\s,]+/)
    .filter(Boolean);

/** A whole number in a unit. Throws one sentence that names it when it is none, or too small or large. */
export function amount<T>(
  context: Context,
  name: string,
  min: number,
  max: number,
  unit: (amount: number) => T,
): T | undefined {
  const given = text(context, name);
  return given === "" ? undefined : unit(integerIn(name, given, min, max));
}

/** What one of a few words stands for. Throws one sentence that names them when it is none of them. */
export function choice<T>(
  context: Context,
  name: string,
  choices: Readonly<Record<string, T>>,
): T | undefined {
  const given = text(context, name);
  if (given === "" || Object.hasOwn(choices, given)) return choices[given];
  throw new Error(`${name}: expected ${Object.keys(choices).join(" or ")}, got "${given}"`);
}
