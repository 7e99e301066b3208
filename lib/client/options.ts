import type { Option } from "../../lambda/contract/option.ts";
import { InvalidUrl } from "../../lambda/errors.ts";
import { formatNamed, formats, isWritable, type WritableFormat } from "../../lambda/formats.ts";
import { type Options as EveryOption, everyOption } from "../../lambda/options/index.ts";
import { didYouMean } from "../spelling.ts";

/** What may be asked of a picture: every option of the URL language by its name. */
export interface Options<Preset extends string = string> extends Omit<EveryOption, "format" | "preset"> {
  /** The format of the answer; without it the function chooses, by what the browser accepts where it is told to. */
  readonly format?: WritableFormat | undefined;
  /** Names of presets of the function's. */
  readonly preset?: readonly Preset[] | undefined;
}

/** Throws `InvalidUrl` on what the function would refuse beside the values themselves; `now` is unix ms. */
export function checkOptions(options: Options, presets: readonly string[] | undefined, now: number): void {
  checkNames(options);
  checkFormat(options.format);
  const { preset: names = [], expires = 0 } = options;
  const unknown = names.find((name) => presets && !presets.includes(name));
  if (unknown !== undefined) throw new InvalidUrl(unknownName("preset", unknown, presets ?? []));
  if (expires > 0 && expires < now / 1000) {
    throw new InvalidUrl(
      `expires: expected a unix time in seconds that is still to come, got "${expires}"; expiresIn makes one`,
    );
  }
}

const byName = new Map(everyOption.map((option) => [option.name, option]));

function checkNames(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const option = byName.get(name);
    if (!option) throw new InvalidUrl(unknownName("options", name, [...byName.keys()]));
    const parts = partsOf(option);
    const other = Object.keys(isBag(value) ? value : {}).find((part) => !parts.includes(part));
    if (parts.length > 1 && other !== undefined) throw new InvalidUrl(unknownName(name, other, parts));
  }
}

const partsOf = ({ of: parts, args }: Option): readonly string[] =>
  parts ? parts.map(({ name }) => name) : Object.keys(args);

const isBag = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checkFormat(name: string | undefined): void {
  if (name === undefined) return;
  const format = formatNamed(name);
  if (format && isWritable(format)) return;
  const written = Object.keys(formats).filter((one) => {
    const format = formatNamed(one);
    return format && isWritable(format);
  });
  throw new InvalidUrl(`format: expected one that can be written: ${written.join(", ")}, got "${name}"`);
}

const unknownName = (at: string, given: string, names: readonly string[]) =>
  `${at}: expected one of its names, got "${given}"${didYouMean(given, names, `; they are ${names.join(", ")}`)}`;
