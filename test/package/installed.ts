import { execFileSync, spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** An empty folder outside the repository, with the package installed in it as npm installs what it fetched. */
export function installed() {
  const folder = mkdtempSync(join(tmpdir(), "shutterspeed-package-"));
  // dist/ is built anew, which two test files would do at once; not by npm, which may be set to run no scripts.
  const [packed] = alone(() => {
    run(process.execPath, [join(root, "bin/build.ts")], root);
    const words = ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", folder];
    return JSON.parse(run("npm", words, root));
  });
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), "{}");
  const began = performance.now();
  const tarball = join(folder, packed.filename);
  run("npm", ["install", tarball], project);
  return {
    project,
    packed,
    tarball,
    ms: performance.now() - began,
    bytes: () => bytesIn(join(project, "node_modules")),
    /** Adds packages; false when npm cannot fetch them. */
    add(...names: readonly string[]): boolean {
      const missing = names.filter((name) => !existsSync(join(project, "node_modules", name)));
      const words = ["install", "--prefer-offline", ...missing];
      return missing.length === 0 || spawnSync("npm", words, { cwd: project, env: shell }).status === 0;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const lock = join(root, "node_modules/.packing");

/** Does it while no other process does. One that was killed meanwhile is waited for no longer than two minutes. */
function alone<T>(work: () => T): T {
  const until = Date.now() + 120_000;
  while (!taken()) {
    if (Date.now() > until) rmSync(lock, { recursive: true, force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function taken(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (Object(error).code === "EEXIST") return false;
    throw error;
  }
}

/** A user's shell: nothing of this repository in it. */
const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
const ofNpm = Object.entries(process.env).filter(([name]) =>
  /^(npm_config_registry|NODE_EXTRA_CA_CERTS)$/i.test(name),
);
export const shell: NodeJS.ProcessEnv = {
  ...Object.fromEntries(ofNpm),
  HOME: process.env.HOME,
  PATH: path.join(delimiter),
};

/** What a program prints. Throws with its complaints when it fails. */
export const run = (
  program: string,
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): string =>
  execFileSync(program, words, {
    cwd,
    env: { ...shell, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

/** The nodes on this machine, by major version: this one, and those of the shell. */
export function nodes(): ReadonlyMap<number, string> {
  const candidates = [process.execPath, ...path.map((folder) => join(folder, "node"))].filter(isProgram);
  return new Map(
    candidates.toReversed().map((program) => {
      const [, major] = /^v(\d+)/.exec(run(program, ["--version"], root)) ?? [];
      return [Number(major), program] as const;
    }),
  );
}

/** Whether a file can be run. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
