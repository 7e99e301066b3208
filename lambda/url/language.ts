import type { Config } from "../config/variables.ts";
import { Words } from "../contract/args.ts";
import { type OptionValues, readSegment } from "../contract/option.ts";
import { Failure, InvalidUrl, SecurityOption } from "../errors.ts";
import { returnAttachment } from "../options/delivery.ts";
import { type Options, optionsByName } from "../options/index.ts";
import { keepCopyright, stripMetadata } from "../options/metadata.ts";
import { autoRotate } from "../options/orient.ts";
import { preset } from "../options/preset.ts";
import { enforceThumbnail, preserveHdr, stripColorProfile } from "../options/profile.ts";
import { type Hints, hintedOptions } from "./hints.ts";

/** The URL language as the environment sets it: compiled once, read by every request. */
export interface Language {
  readonly config: Config;
  readonly presets: ReadonlyMap<string, readonly string[]>;
  /** The environment's own defaults. */
  readonly defaults: OptionValues;
}

/** Compiles the language. Throws one sentence when a preset is nonsense, or expired; `now` is unix ms. */
export function compileLanguage(config: Config, now: number): Language {
  const defined = definitions(config).map((definition) => readDefinition(definition, config));
  const presets = new Map(defined.map(({ name, segments }) => [name, segments]));
  const language = { config, presets, defaults: environment(config) };
  for (const { name, from } of defined) checkPreset(name, from, language, now);
  return language;
}

/** What a request begins with: the environment's defaults, what its client hints at, then the preset `default`. */
export function startOf(language: Language, hints: Hints): OptionValues {
  const options = { ...language.defaults, ...hintedOptions(hints) };
  return language.presets.has("default") ? usePresets(["default"], options, language) : options;
}

/** What the environment asks for where it differs from the options' own defaults. */
const environment = (config: Config): OptionValues =>
  Object.fromEntries(
    defaults
      .map(([setting, { name, default: otherwise }]) => ({ name, otherwise, value: config[setting] }))
      .filter(({ otherwise, value }) => value !== otherwise)
      .map(({ name, value }) => [name, value]),
  );

/** Settings that are what an option is by default. */
const defaults = [
  ["autoRotate", autoRotate],
  ["returnAttachment", returnAttachment],
  ["stripMetadata", stripMetadata],
  ["keepCopyright", keepCopyright],
  ["stripColorProfile", stripColorProfile],
  ["preserveHdr", preserveHdr],
  ["enforceThumbnail", enforceThumbnail],
] as const;

/** A preset as it is written, and the variable it comes from. */
interface Definition {
  readonly from: string;
  readonly text: string;
}

/** Those of the file come last: of two with one name the last counts. */
const definitions = ({ presets, presetsSeparator, presetsFile }: Config): readonly Definition[] =>
  [
    ...presets.split(presetsSeparator).map((text) => ({ from: "IMGPROXY_PRESETS", text: text.trim() })),
    ...presetsFile.map((text) => ({ from: "IMGPROXY_PRESETS_PATH", text })),
  ].filter(({ text }) => text !== "" && !text.startsWith("#"));

function readDefinition({ from, text }: Definition, { argumentsSeparator }: Config) {
  const [name = "", value = "", ...more] = text.split("=").map((part) => part.trim());
  const segments = value.split("/");
  if (
    name === "" ||
    value === "" ||
    more.length > 0 ||
    !segments.every((part) => part.includes(argumentsSeparator))
  ) {
    throw new Error(`${from}: expected name=option${argumentsSeparator}argument/…, got "${text}"`);
  }
  return { name, segments, from };
}

function checkPreset(name: string, from: string, language: Language, now: number): void {
  try {
    checkExpiry(usePresets([name], {}, language), now);
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    throw new Error(`${from}: ${name}: ${cause.message}`, { cause });
  }
}

/** Options that one URL may ask for, those of its presets among them: presets of presets multiply. */
const MOST_OPTIONS = 1000;

/** One reading of a URL: how many options may still be read. */
export class Reading {
  #left = MOST_OPTIONS;

  /** Throws `InvalidUrl` when it was one too many. */
  count(): void {
    if (this.#left-- <= 0) throw new InvalidUrl(`expected at most ${MOST_OPTIONS} options, presets included`);
  }
}

/** Folds the options of presets into what was asked; one that is being expanded already is passed over. */
export function usePresets(
  names: readonly string[],
  options: OptionValues,
  language: Language,
  reading = new Reading(),
  expanding: readonly string[] = [],
): OptionValues {
  return names.reduce((soFar, name) => {
    reading.count();
    if (expanding.includes(name)) return soFar;
    const segments = language.presets.get(name);
    if (!segments) throw new InvalidUrl(`preset: expected one of IMGPROXY_PRESETS, got "${name}"`);
    const used = preset.read(new Words([name]), soFar);
    return segments.reduce(
      (inner, segment) => readOption(segment, inner, language, reading, [...expanding, name]),
      used,
    );
  }, options);
}

/** Throws `InvalidUrl` when what was asked may no longer be had; `now` is unix ms. */
export function checkExpiry({ expires = 0 }: Options, now: number): void {
  if (expires > 0 && expires < now / 1000) throw new InvalidUrl(`expires: valid until ${expires}`);
}

/** Folds `name:argument:…` into what was asked. Throws `InvalidUrl` on nonsense, `SecurityOption` on a limit that may not be set. */
export function readOption(
  segment: string,
  options: OptionValues,
  language: Language,
  reading = new Reading(),
  expanding: readonly string[] = [],
): OptionValues {
  reading.count();
  const { argumentsSeparator, allowedOptions, allowSecurityOptions } = language.config;
  const [name = "", ...words] = segment.split(argumentsSeparator);
  const option = optionsByName.get(name);
  if (!option) throw new InvalidUrl(`${name}: expected the name of an option`);
  if (option.security && !allowSecurityOptions)
    throw new SecurityOption(`${name}: set only where IMGPROXY_ALLOW_SECURITY_OPTIONS is on`);
  if (expanding.length === 0 && allowedOptions.length > 0 && !allowedOptions.includes(name)) {
    throw new InvalidUrl(`${name}: not among IMGPROXY_ALLOWED_PROCESSING_OPTIONS`);
  }
  if (option.name === preset.name) return usePresets(words, options, language, reading, expanding);
  return readSegment(option, new Words(words), options);
}
