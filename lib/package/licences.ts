import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { record } from "../local/lambda/record.ts";
import { root } from "../project.ts";

/** The licences of all that was bundled, each under its packages' names. Throws when a package says none. */
export function licences(made: readonly Metafile[]): string {
  const inputs = made.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(
    inputs.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  );
  const byText = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = record(
      JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")),
    );
    if (typeof license !== "string") throw new Error(`${folder}: expected a package that says its licence`);
    const text = textIn(join(root, folder)) ?? license;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  return [...byText]
    .map(([text, names]) => `${names.join("\n")}\n\n${text.trim()}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function textIn(folder: string): string | undefined {
  const name = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  return name === undefined ? undefined : readFileSync(join(folder, name), "utf8");
}
