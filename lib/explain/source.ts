import type { Config } from "../../lambda/config/variables.ts";
import { formatNamed, formatNames, formats, isWritable } from "../../lambda/formats.ts";
import { optionsByName } from "../../lambda/options/index.ts";
import { s3Address } from "../../lambda/source/s3-address.ts";
import { matchPattern } from "../../lambda/url/pattern.ts";
import { readSource, type WrittenSource } from "../../lambda/url/source.ts";
import { didYouMean } from "../spelling.ts";
import { type Finding, messageOf, passes, refuses } from "./finding.ts";

/** The source a path names. */
export function explainSource(
  segments: readonly string[],
  config: Config,
): { readonly finding: Finding; readonly written?: WrittenSource } {
  try {
    const written = readSource(segments, config);
    return { finding: reachable(written.url, config), written };
  } catch (error) {
    return { finding: refuses("source", messageOf(error), adviceOn(segments, config)) };
  }
}

/** Whether the function would go there at all. */
function reachable(url: string, config: Config): Finding {
  const { allowedSources, sourceQuerySeparator: separator } = config;
  if (allowedSources.length > 0 && !allowedSources.some((pattern) => matchPattern(pattern, url))) {
    return refuses(
      "source",
      `${url}: not among IMGPROXY_ALLOWED_SOURCES`,
      `they begin with ${allowedSources.join(" or ")}`,
    );
  }
  const [, scheme = ""] = /^([a-z][a-z\d+.-]*):\/\//i.exec(url) ?? [];
  if (scheme === "")
    return refuses("source", `${url}: expected a scheme`, `write s3://bucket/${url.replace(/^\/+/, "")}`);
  if (scheme.toLowerCase() !== "s3") return passes("source", url);
  try {
    const { version } = s3Address(url, separator);
    const note =
      version === undefined ? "" : `; what follows ${separator} is taken for a version of the object`;
    return passes("source", url + note);
  } catch (error) {
    return refuses("source", messageOf(error), "name a bucket and a key: s3://bucket/folder/cat.jpg");
  }
}

function adviceOn(
  [first = "", ...rest]: readonly string[],
  { argumentsSeparator: separator }: Config,
): string {
  const [, name = "", value = ""] = /^([a-z_-]+)(\d[\d.]*)$/i.exec(first) ?? [];
  if (optionsByName.has(name))
    return `${first} has no "${separator}", so the source begins there; did you mean ${name}${separator}${value}?`;
  if (optionsByName.has(first))
    return `${first} has no argument, so the source begins there; write ${optionsByName.get(first)?.example}`;
  if (["fit", "fill", "fill-down", "force", "auto"].includes(first))
    return `this is how options were written once; write rs${separator}${first}${separator}300${separator}200`;
  if (first !== "plain" && rest.includes("plain"))
    return `${first} has no "${separator}", so the source begins there: give it an argument, or leave it out`;
  if (first === "plain" && rest.join("/").includes("%"))
    return "in a plain source % begins two hex digits: write a % itself as %25";
  if (first === "plain") return "an @ in a source's name is taken for the extension: write it as %40";
  if (/:\/\//.test([first, ...rest].join("/"))) return "put plain/ before the source";
  return `write plain/ and the source's URL${didYouMean(first, ["plain"])}`;
}

/** The format the extension, or the option, asks for. */
export function explainFormat(extension: string, asked: unknown): Finding {
  const name = extension || (typeof asked === "string" ? asked : "");
  if (name === "") return passes("format", "the function chooses");
  const format = formatNamed(name);
  if (!format) {
    const advice = `formats are ${formatNames.join(", ")}${didYouMean(name, formatNames)}; an @ in a source's name is written %40`;
    return refuses("format", `extension: expected the name of a format, got "${name}"`, advice);
  }
  if (isWritable(format)) return passes("format", format);
  const written = Object.entries(formats).flatMap(([one, { writes }]) => (writes ? one : []));
  return refuses("format", `format: ${format} cannot be written`, `ask for one of ${written.join(", ")}`);
}
