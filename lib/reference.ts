import type { Variable } from "../lambda/config/kinds.ts";
import { otherVariables } from "../lambda/config/other-variables.ts";
import { variables } from "../lambda/config/variables.ts";
import { costsTable } from "./capacity/costs.ts";
import { differences } from "./differences.ts";
import { serverVariables } from "./server/variables.ts";

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

/** Puts the variables between their markers. Throws when a marker is missing. */
export const withVariables = (text: string): string =>
  withTables(text, [
    ["variables", variablesTable()],
    ["other variables", otherVariablesTable()],
  ]);

/** The same for the guide to deployments: what they cost, and what is different from imgproxy. */
export const withGuide = (text: string): string =>
  withTables(text, [
    ["costs", costsTable()],
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
