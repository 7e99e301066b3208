import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A line for each stack and each asset that a synthesis left in `folder`: where it is, how large, and what. */
export function written(folder: string): readonly string[] {
  const { artifacts } = json(folder, "manifest.json");
  return Object.values<Artifact>(artifacts).flatMap(({ type, properties: { templateFile, file } }) => {
    if (type === "aws:cloudformation:stack") return [stackLine(folder, String(templateFile))];
    return type === "cdk:asset-manifest" ? assetLines(folder, String(file)) : [];
  });
}

interface Artifact {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Asset {
  readonly displayName?: string;
  readonly source: { readonly path: string; readonly packaging: string };
}

function stackLine(folder: string, file: string): string {
  const resources = Object.keys(json(folder, file).Resources).length;
  return line(folder, file, `${resources} resources`);
}

/** The template is an asset, too, which has a line of its own. */
const assetLines = (folder: string, file: string): readonly string[] =>
  Object.values<Asset>(json(folder, file).files)
    .filter(({ source }) => source.packaging === "zip")
    .map(({ source, displayName = "" }) => line(folder, source.path, displayName));

const line = (folder: string, file: string, what: string) =>
  `${join(folder, file)}  ${(bytesIn(join(folder, file)) / 1e6).toFixed(2)} MB  ${what}`;

const bytesIn = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
    : statSync(path).size;

const json = (folder: string, file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));
