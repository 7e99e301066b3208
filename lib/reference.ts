import type { Variable } from "../lambda/config/kinds.ts";
import { otherVariables } from "../lambda/config/other-variables.ts";
import { variables } from "../lambda/config/variables.ts";
import type { Option } from "../lambda/contract/option.ts";
import { everyOption, optionsByName } from "../lambda/options/index.ts";
import { differences } from "./differences.ts";
import { serverVariables } from "./server/variables.ts";

/** Options of imgproxy's open-source version, by name and alias; the table shows those that are not there yet. */
const planned: readonly (readonly [name: string, alias: string])[] = [
  ["trim", "t"],
  ["watermark", "wm"],
  ["keep_copyright", "kcr"],
  ["strip_color_profile", "scp"],
  ["preserve_hdr", "ph"],
  ["enforce_thumbnail", "eth"],
  ["max_src_resolution", "msr"],
  ["max_src_file_size", "msfs"],
  ["max_animation_frames", "maf"],
  ["max_animation_frame_resolution", "mafr"],
  ["max_result_dimension", "mrd"],
];

/** The options as a Markdown table: what is there, then what is to come. */
function optionsTable(): string {
  const there = everyOption.map((option) => {
    const { name, aliases = [], doc, example } = option;
    const words = wordsOf(option).map((word) => `%${word}`);
    return row([code(name), aliases.map(code).join(" "), code(words.join(":")), doc, code(example), "yes"]);
  });
  const missing = planned.filter(([name]) => !optionsByName.has(name));
  const toCome = missing.map(([name, alias]) =>
    row([code(name), alias && code(alias), "", "", "", "to come"]),
  );
  return table(["option", "alias", "arguments", "what it does", "example", "built"], [...there, ...toCome]);
}

/** What an option's words are called, in URL order; a shorthand's are those of its parts. */
function wordsOf(option: Option): readonly string[] {
  const parts = option.of ?? [];
  if (parts.length === 0) return Object.entries(option.args).flatMap(([key, arg]) => arg.words ?? [key]);
  return parts.flatMap((part) => {
    const [first = part.name, ...rest] = wordsOf(part);
    return [first === "enabled" ? part.name : first, ...rest];
  });
}

/** Variables as a Markdown table. @default the function's */
function variablesTable(of: Readonly<Record<string, Variable>> = variables): string {
  const rows = Object.values(of).map(({ name, default: otherwise, doc }) =>
    row([code(name), shown(otherwise), doc]),
  );
  return table(["variable", "default", "what it does"], rows);
}

/** The variables of imgproxy's that change nothing here as a Markdown table. */
function otherVariablesTable(): string {
  const rows = otherVariables.map(({ names, reason }) => row([names.map(code).join(" "), reason]));
  return table(["variable of imgproxy's", "why it changes nothing here"], rows);
}

/** The differences from imgproxy as a Markdown list. */
const differencesList = (): string =>
  Object.values(differences)
    .map(({ here, because }) => `* ${here}, because ${because}.`)
    .join("\n");

function shown(value: unknown): string {
  if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return "";
  if (Array.isArray(value)) return code(value.join(","));
  if (typeof value === "object" && value)
    return code(
      Object.entries(value)
        .map((pair) => pair.join("="))
        .join(","),
    );
  return code(String(value));
}

const code = (text: string) => `\`${text}\``;
const row = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
const table = (head: readonly string[], rows: readonly string[]) =>
  [row(head), row(head.map(() => "---")), ...rows].join("\n");

/** Puts the tables between their markers. Throws when a marker is missing. */
export const withReference = (text: string): string =>
  withTables(text, [
    ["options", optionsTable()],
    ["variables", variablesTable()],
    ["other variables", otherVariablesTable()],
    ["differences", differencesList()],
  ]);

/** The same for the guide to serving in containers. */
export const withServerVariables = (text: string): string =>
  withTables(text, [["server variables", variablesTable(serverVariables)]]);

function withTables(text: string, tables: readonly (readonly [name: string, made: string])[]): string {
  return tables.reduce((soFar, [name, made]) => {
    const [begin, end] = [`<!-- ${name}: made by npm run reference -->`, `<!-- end of ${name} -->`];
    const [from, to] = [soFar.indexOf(begin), soFar.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`expected the markers "${begin}" and "${end}"`);
    return `${soFar.slice(0, from + begin.length)}\n${made}\n${soFar.slice(to)}`;
  }, text);
}
