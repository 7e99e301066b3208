import { Words } from "../contract/args.ts";
import { toBase64url } from "../contract/base64.ts";
import { type Option, type OptionValues, readSegment } from "../contract/option.ts";
import { InvalidUrl } from "../errors.ts";
import { everyOption, type Options } from "../options/index.ts";
import { preset } from "../options/preset.ts";
import { resize, size } from "../options/resize.ts";

/** How a URL is spelled, where the function's environment wants it otherwise. */
export interface Spelling {
  /**
   * How the source is written.
   * @default "plain"
   */
  readonly encoding?: "plain" | "base64" | undefined;
  /**
   * `IMGPROXY_ARGUMENTS_SEPARATOR`
   * @default ":"
   */
  readonly argumentsSeparator?: string | undefined;
  /**
   * `IMGPROXY_ONLY_PRESETS`: options are the names of presets, nothing else.
   * @default false
   */
  readonly onlyPresets?: boolean | undefined;
}

/**
 * The path that asks for a picture, ready to be signed: `/rs:fill:300:200/plain/s3://bucket/cat.jpg@webp`.
 * Throws `InvalidUrl` on a value its option would not read.
 */
export function buildPath(source: string, options: Options, spelling: Spelling = {}): string {
  const { encoding = "plain", argumentsSeparator = ":", onlyPresets = false } = spelling;
  const { format, ...others } = options;
  const said = onlyPresets ? [] : segmentsOf(shortened(others), argumentsSeparator);
  const segments = onlyPresets ? [presetsAlone(others, argumentsSeparator)] : said;
  const written = encoding === "plain" ? ["plain", escapeSource(source)] : [toBase64url(source)];
  const extension = format ? (encoding === "plain" ? "@" : ".") + format : "";
  return `/${[...segments, ...written].join("/")}${extension}`;
}

const segmentsOf = (options: OptionValues, separator: string) =>
  everyOption.flatMap((option) => {
    const value = options[option.name];
    return value === undefined ? [] : [segmentOf(option, value, separator)];
  });

/** The first segment where URLs name presets and nothing else. */
function presetsAlone({ preset: names = [], ...others }: Options, separator: string): string {
  const [other] = Object.keys(others);
  if (other !== undefined) throw new InvalidUrl(`${other}: expected presets and a format alone`);
  if (names.length === 0) throw new InvalidUrl("preset: expected the names of presets");
  return joined(preset.name, names, separator);
}

/** Two or more parts of `resize` said as one: `rs:fill:300:200` for `rt:fill/w:300/h:200`. */
function shortened(options: OptionValues): OptionValues {
  const names = resize.of.map(({ name }) => name);
  const parts = Object.entries(options).filter(
    ([name, value]) => names.some((part) => part === name) && value !== undefined,
  );
  if (parts.length < 2 || options[resize.name] !== undefined || options[size.name] !== undefined)
    return options;
  const rest = Object.entries(options).filter((entry) => !parts.some(([name]) => name === entry[0]));
  return { ...Object.fromEntries(rest), [resize.name]: Object.fromEntries(parts) };
}

function segmentOf(option: Option, value: unknown, separator: string): string {
  const words = option.write(value);
  const said = [words[0] ?? "", ...words.slice(1, words.findLastIndex((word) => word !== "") + 1)];
  readSegment(option, new Words(said), {});
  return joined(option.name, [option.aliases?.[0] ?? option.name, ...said], separator);
}

/** Throws `InvalidUrl` when a word would be taken for two, or be encoded on its way: then its signature would be of another path. */
function joined(name: string, words: readonly string[], separator: string): string {
  const unsafe = words.find((word) => !/^[\w.~!$&'()*+,;=@-]*$/.test(word) || word.includes(separator));
  if (unsafe === undefined) return words.join(separator);
  const marks = [..."/:%?#", ...(separator === ":" ? [] : [separator])].join(" ");
  throw new InvalidUrl(`${name}: expected no ${marks} and nothing that a URL encodes, got "${unsafe}"`);
}

/** Percent-encodes what would end the source, be taken for a scheme, or end the URL in a srcset; slashes stay. */
function escapeSource(source: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z\d+.-]*:\/\/)?(.*)$/is.exec(source) ?? [];
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return scheme + encodeURI(rest).replace(/[@?#:,]/g, percent);
}
