import { Words } from "../contract/args.ts";
import { type Option, type OptionValues, readSegment } from "../contract/option.ts";
import { InvalidUrl } from "../errors.ts";
import { everyOption, type Options } from "../options/index.ts";
import { resize, size } from "../options/resize.ts";

/**
 * The path that asks for a picture, ready to be signed: `/rs:fill:300:200/plain/s3://bucket/cat.jpg@webp`.
 * Throws `InvalidUrl` on a value its option would not read.
 */
export function buildPath(source: string, options: Options): string {
  const { format, ...others } = options;
  const said = shortened(others);
  const segments = everyOption.flatMap((option) => {
    const value = said[option.name];
    return value === undefined ? [] : [segmentOf(option, value)];
  });
  return `/${[...segments, "plain", escapeSource(source)].join("/")}${format ? `@${format}` : ""}`;
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

function segmentOf(option: Option, value: unknown): string {
  const words = option.write(value);
  const said = words.slice(0, words.findLastIndex((word) => word !== "") + 1);
  readSegment(option, new Words(said), {});
  const unsafe = said.find((word) => /[/:@%?#\s]/.test(word));
  if (unsafe !== undefined)
    throw new InvalidUrl(`${option.name}: expected no / : @ % ? # or space, got "${unsafe}"`);
  return [option.aliases?.[0] ?? option.name, ...(said.length > 0 ? said : [""])].join(":");
}

/** Percent-encodes what would end the source or be taken for a scheme; slashes stay. */
function escapeSource(source: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z\d+.-]*:\/\/)?(.*)$/is.exec(source) ?? [];
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return scheme + encodeURI(rest).replace(/[@?#:]/g, percent);
}
