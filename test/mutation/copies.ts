import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";

/** A tree of files that may be broken. */
export interface Copy {
  readonly root: string;
  /** Where its tests keep temporary files. */
  readonly temporary: string;
}

/** At the root of the project, and not copied: made by tools, and large. */
const left: readonly string[] = [".git", ".local", "cdk.out", "dist", "node_modules"];

/** Copies of a project that go when they are disposed of. What is installed, and the pictures beside the project, are shared. */
export function copiesOf(project: string, count: number) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mutation-")));
  const beside = join(project, "..", "shared");
  if (existsSync(beside)) symlinkSync(realpathSync(beside), join(folder, "shared"));
  const copies = Array.from({ length: count }, (_, nth): Copy => {
    const root = join(folder, `project-${nth}`);
    cpSync(project, root, {
      recursive: true,
      filter: (path) => !left.includes(relative(project, path).split(sep)[0] ?? ""),
    });
    symlinkSync(realpathSync(join(project, "node_modules")), join(root, "node_modules"));
    const temporary = join(folder, `tmp-${nth}`);
    mkdirSync(temporary);
    return { root, temporary };
  });
  return { copies, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Changes with every file of the tree but those of this program, which decide nothing about what a test runs. */
export function treeHash(root: string): string {
  const hash = createHash("sha256");
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.sort()) {
    const path = relative(root, file);
    if (path.startsWith(".local") || path.startsWith(join("test", "mutation"))) continue;
    hash.update(`${path}\0`).update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex").slice(0, 32);
}
