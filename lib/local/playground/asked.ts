import { Words } from "../../../lambda/contract/args.ts";
import { type OptionValues, readSegment } from "../../../lambda/contract/option.ts";
import { InvalidUrl } from "../../../lambda/errors.ts";
import { optionsByName } from "../../../lambda/options/index.ts";
import { record } from "../lambda/record.ts";

/** What a visitor asks of a picture of the folder. */
export interface Asked {
  /** Its path in the folder. */
  readonly key: string;
  readonly options: OptionValues;
}

/** Reads what the page sends: the key, and the words of each option. Throws `InvalidUrl` on nonsense. */
export function readAsked(text: string): Asked {
  const { key, options } = record(parsed(text));
  if (typeof key !== "string" || key === "") throw new InvalidUrl("key: expected the name of a picture");
  if (!Array.isArray(options)) throw new InvalidUrl("options: expected a list");
  return { key, options: options.reduce<OptionValues>(withOption, {}) };
}

function withOption(soFar: OptionValues, segment: unknown): OptionValues {
  const [name, ...words]: readonly unknown[] = Array.isArray(segment) ? segment : [];
  const option = optionsByName.get(String(name));
  if (!option) throw new InvalidUrl(`options: expected the name of an option, got "${String(name)}"`);
  return readSegment(option, new Words(words.map(String)), soFar);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
