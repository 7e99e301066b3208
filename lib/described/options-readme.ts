import type { Arg } from "../../lambda/contract/args.ts";
import type { Option } from "../../lambda/contract/option.ts";
import { everyOption } from "../../lambda/options/index.ts";
import { examplePictures, sourceOf } from "./example-pictures.ts";

/** `lambda/options/README.md`: every option with its words, its default and its example. */
export const optionsReadme = (): string => `# Options

Written by \`npm run reference\` from the options in this folder. Each stands in a URL as \`name:argument:argument\`, between the signature and the source; arguments left out at the end keep their defaults. The extension at the end of a URL (\`@webp\` after a plain source, \`.webp\` after a base64 one) is [format](#format). imgproxy's Pro options are unknown here, as in its open edition. In the client (\`shutterspeed/client\`) it is a property of the same name. Pictures show what one makes of a picture that code has drawn.

${everyOption.map(({ name }) => `[${name}](#${name})`).join(" · ")}

${everyOption.map(section).join("\n\n")}
`;

function section(option: Option): string {
  const { name, aliases = [], doc, example, security, of: parts, args } = option;
  const facts = [
    `* in a URL: \`${example}\``,
    ...(aliases.length > 0 ? [`* alias: ${aliases.map(code).join(", ")}`] : []),
    ...(parts ? [`* stands for: ${parts.map((part) => `[${part.name}](#${part.name})`).join(", ")}`] : []),
    ...(parts ? [] : [`* default: ${said(option.default)}`]),
    ...(security ? ["* heard where `IMGPROXY_ALLOW_SECURITY_OPTIONS` is on"] : []),
  ];
  const rows = parts ? [] : Object.entries(args).map(([key, arg]) => argument(key, arg));
  return [
    `## ${name}`,
    doc,
    ...pictureOf(name),
    facts.join("\n"),
    ...(rows.length > 0 ? [table(rows)] : []),
  ].join("\n\n");
}

/** What it makes of a picture, with all that was asked. */
function pictureOf(name: string): readonly string[] {
  const shown = examplePictures[name];
  return shown
    ? [`![${shown.options}](pictures/${name}.webp)`, `${code(shown.options)} of ${sourceOf(shown)}`]
    : [];
}

function argument(key: string, { expects, words = [] }: Arg<unknown>): string {
  const spelled = words.length > 1 ? words.map((word) => `%${word}`).join(":") : `%${words[0] ?? key}`;
  return `| ${code(spelled)} | ${expects.replace(/,$/, "").replaceAll("|", "\\|")} |`;
}

const table = (rows: readonly string[]) => ["| argument | expects |", "| --- | --- |", ...rows].join("\n");

const code = (text: string) => `\`${text}\``;

function said(value: unknown): string {
  if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return "none";
  if (typeof value !== "object" || value === null) return code(String(value));
  return Object.keys(value).length === 0 ? "none" : code(JSON.stringify(value));
}
