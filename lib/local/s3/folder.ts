import type { Dirent } from "node:fs";
import { access, constants, readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { formats } from "../../../lambda/formats.ts";

/** As much of a file as tells whether it changed. */
export interface PictureFile {
  /** bytes */
  readonly size: number;
  /** ms since 1970 */
  readonly changed: number;
}

/** The picture files of a folder and the folders in it, by their path in it with slashes. */
export type Pictures = ReadonlyMap<string, PictureFile>;

const extensions: readonly string[] = [
  ...Object.values(formats).flatMap(({ reads, extension }) => (reads ? extension : [])),
  ".jpeg",
  ".tif",
  ".heif",
];

/** Whether a file of this name is taken for a picture we can read. Hidden files are not. */
export const isPicture = (name: string): boolean =>
  !name.startsWith(".") && extensions.includes(extname(name).toLowerCase());

/** Looks through a folder. Throws one sentence when the folder or a picture in it cannot be read. */
export async function picturesIn(folder: string): Promise<Pictures> {
  const found = await Promise.all((await entries(folder)).map((entry) => look(folder, entry)));
  return new Map(found.flat().sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Found = readonly (readonly [string, PictureFile])[];

async function look(folder: string, entry: Dirent): Promise<Found> {
  const path = join(folder, entry.name);
  if (entry.isDirectory()) {
    if (entry.name.startsWith(".")) return [];
    const inside = await picturesIn(path);
    return [...inside].map(([key, file]) => [`${entry.name}/${key}`, file]);
  }
  if (!isPicture(entry.name)) return [];
  try {
    const { size, mtimeMs, isFile } = await readable(path);
    return isFile ? [[entry.name, { size, changed: mtimeMs }]] : [];
  } catch (error) {
    // A file may go while we look; a link to nowhere stays.
    if (codeOf(error) === "ENOENT" && !entry.isSymbolicLink()) return [];
    throw unreadable(path, error);
  }
}

async function readable(path: string) {
  const found = await stat(path);
  await access(path, constants.R_OK);
  return { size: found.size, mtimeMs: found.mtimeMs, isFile: found.isFile() };
}

async function entries(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "this is no folder",
  EACCES: "reading it is not permitted",
};

function unreadable(path: string, cause: unknown): Error {
  const code = codeOf(cause);
  return new Error(`${path}: ${reasons[code] ?? `it cannot be read (${code})`}`, { cause });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown";
