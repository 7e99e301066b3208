import { constants, type Dirent } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import pMap from "p-map";
import { type Format, formats } from "../../../lambda/formats.ts";

/** What lies in a folder and the folders in it, by path in it with slashes; hidden files do not count. */
export interface Survey {
  /** Files with a name of a format we read, in order. */
  readonly pictures: readonly string[];
  /** Files of other names. */
  readonly others: readonly string[];
  /** A sentence for each file or folder that cannot be read. */
  readonly unreadable: readonly string[];
}

const otherExtensions: Readonly<Record<string, Format>> = {
  ".jpeg": "jpeg",
  ".tif": "tiff",
  ".heif": "heic",
};

/** The format a file's name says it is in; `undefined` when it says none that we read. */
export function formatOf(name: string): Format | undefined {
  const extension = extname(name).toLowerCase();
  const found = Object.entries(formats).find((entry) => entry[1].extension === extension)?.[0];
  const format =
    otherExtensions[extension] ?? Object.keys(formats).find((one): one is Format => one === found);
  return format && formats[format].reads ? format : undefined;
}

/** Files that are looked at at a time. */
const AT_ONCE = 64;

/** Looks through a folder. Throws one sentence when the folder itself cannot be read. */
export async function survey(folder: string): Promise<Survey> {
  const found = await look(folder, "", await entries(folder));
  const of = (kind: Found["kind"]) => found.filter((one) => one.kind === kind).map(({ says }) => says);
  return { pictures: of("picture").sort(), others: of("other").sort(), unreadable: of("unreadable") };
}

interface Found {
  readonly kind: "picture" | "other" | "unreadable";
  /** The path in the folder, or what is wrong with it. */
  readonly says: string;
}

async function look(folder: string, prefix: string, inside: readonly Dirent[]): Promise<readonly Found[]> {
  const seen = inside.filter(({ name }) => !name.startsWith("."));
  const found = await pMap(seen, (entry) => lookAt(folder, prefix, entry), { concurrency: AT_ONCE });
  return found.flat();
}

async function lookAt(folder: string, prefix: string, entry: Dirent): Promise<readonly Found[]> {
  const key = prefix + entry.name;
  const path = join(folder, key);
  try {
    if (entry.isDirectory()) return await look(folder, `${key}/`, await entries(path));
    if (!formatOf(key)) return [{ kind: "other", says: key }];
    await access(path, constants.R_OK);
    return (await stat(path)).isFile() ? [{ kind: "picture", says: key }] : [];
  } catch (error) {
    // A file may go while we look; a link to nowhere stays.
    if (codeOf(error) === "ENOENT" && !entry.isSymbolicLink()) return [];
    return [{ kind: "unreadable", says: sentenceOf(path, error) }];
  }
}

async function entries(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw new Error(sentenceOf(folder, cause), { cause: causeOf(cause) });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "this is no folder",
  EACCES: "reading it is not permitted",
};

function sentenceOf(path: string, error: unknown): string {
  const code = codeOf(error);
  return `${path}: ${reasons[code] ?? `it cannot be read (${code})`}`;
}

/** Of an error that was given a sentence already, the one before. */
const causeOf = (error: unknown): unknown => (error instanceof Error && error.cause) || error;

function codeOf(error: unknown): string {
  const cause = causeOf(error);
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
}
