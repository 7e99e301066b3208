import { variables } from "../../lambda/config/variables.ts";
import { type Format, formatNamed, formats } from "../../lambda/formats.ts";
import { optionsByName } from "../../lambda/options/index.ts";
import { type Case, environmentOf } from "./cases.ts";

/** Words that are no options of imgproxy's either: not to know them is right. */
const nonsense: ReadonlySet<string> = new Set(["", "W", "Width", "min_width", "unknown", "ﬁ"]);

const ourVariables: ReadonlySet<string> = new Set(Object.values(variables).map(({ name }) => name));

const formatOfMime = new Map<string, Format | undefined>(
  Object.entries(formats).map(([name, { mime }]) => [mime, formatNamed(name)]),
);

/** Why we do not claim to answer this request as imgproxy does: a thing that is not built. `undefined` where we do. */
export const unbuilt = (asked: Case): string | undefined =>
  unknownOption(asked) ?? foreignFormat(asked) ?? unknownVariable(asked);

const segmentsOf = (asked: Case): readonly (readonly string[])[] => {
  const env = environmentOf(asked);
  // There, segments are names of presets.
  if (env.IMGPROXY_ONLY_PRESETS === "true") return [];
  const separator = env.IMGPROXY_ARGUMENTS_SEPARATOR ?? ":";
  return asked.options
    .split("/")
    .filter((segment) => segment.includes(separator))
    .map((segment) => segment.split(separator));
};

function unknownOption(asked: Case): string | undefined {
  const [unknown] = segmentsOf(asked).find(
    ([name = ""]) => !optionsByName.has(name) && !nonsense.has(name),
  ) ?? [undefined];
  return unknown && `option ${unknown}`;
}

function foreignFormat(asked: Case): string | undefined {
  const source = formatNamed(extensionOf(asked.picture));
  if (source && !formats[source].reads) return `reading ${source}`;
  const foreign = [...namedFormats(asked), answeredFormat(asked)].find(
    // An SVG is never drawn as one: one that is answered was passed through.
    (format) => format && format !== "svg" && !formats[format].writes,
  );
  return foreign && `writing ${foreign}`;
}

const extensionOf = (name: string) => name.slice(name.lastIndexOf(".") + 1);

/** Formats that the options and the extension ask for. */
const namedFormats = (asked: Case): readonly (Format | undefined)[] => [
  formatNamed(asked.ext),
  ...segmentsOf(asked)
    .filter(([name = ""]) => optionsByName.get(name)?.name === "format")
    .map(([, format = ""]) => formatNamed(format)),
];

const answeredFormat = ({ answer: { headers } }: Case) => formatOfMime.get(headers["content-type"] ?? "");

/** What a variable bears on, where that is less than everything. */
const bearing: Readonly<Record<string, (asked: Case) => boolean>> = {
  // Options alone, and they tell for themselves whether they are built.
  IMGPROXY_WATERMARK_PATH: () => false,
  IMGPROXY_WATERMARK_OPACITY: () => false,
};

function unknownVariable(asked: Case): string | undefined {
  const unknown = Object.keys(environmentOf(asked)).find(
    (name) => !ourVariables.has(name) && (bearing[name]?.(asked) ?? true),
  );
  return unknown && `variable ${unknown}`;
}
