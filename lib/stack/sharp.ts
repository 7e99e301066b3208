import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import project from "../../package.json" with { type: "json" };
import { cache, compiled, root } from "../project.ts";
import { bundling } from "./bundling.ts";

/** What the lock is called in the package, where npm leaves out files of its own name. */
export const LOCK = "function-lock.json";

/** CPUs Lambda has, as npm calls them. */
export type Cpu = "arm64" | "x64";

/** Of the repository all its lock; of the package what is left of it for the function. */
const lock = compiled ? join(compiled, LOCK) : join(root, "package-lock.json");

/** What is installed beside the function's bundle, in the versions this project locks. */
export const dependencies: Readonly<Record<string, string>> = Object.fromEntries(
  bundling.external.map((name) => [name, project.devDependencies[name]]),
);

/**
 * A folder that holds `package.json` and `node_modules` with sharp, and what else stays outside the bundle, as this project locks it, for Lambda on that CPU.
 * It is installed once for a lock and kept in `home`. Throws one sentence when npm did not bring all of it.
 */
export function installedSharp(cpu: Cpu, home: string = join(cache, "sharp")): string {
  const folder = join(home, `${cpu}-${version(cpu)}`);
  if (missing(cpu, folder).length === 0) return folder;
  mkdirSync(home, { recursive: true });
  for (const old of readdirSync(home)) {
    if (old.startsWith(`${cpu}-`)) rmSync(join(home, old), { recursive: true, force: true });
  }
  const draft = mkdtempSync(join(home, `.${cpu}-`));
  try {
    install(cpu, draft);
    const gone = missing(cpu, draft);
    if (gone.length > 0) throw new Error(incomplete(gone));
    keep(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

/** Lambda's zip has no place for links, hence no .bin. */
const npmArguments = (cpu: Cpu) => [
  ...["ci", "--omit=dev", "--include=optional", "--ignore-scripts", "--no-bin-links", "--prefer-offline"],
  ...["--os=linux", `--cpu=${cpu}`, "--libc=glibc"],
];

/** Changes with the lock, and with how we install. */
const version = (cpu: Cpu) =>
  createHash("sha256")
    .update(readFileSync(lock))
    .update(JSON.stringify([dependencies, npmArguments(cpu), bundling.surplus]))
    .digest("hex")
    .slice(0, 16);

function install(cpu: Cpu, cwd: string): void {
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ dependencies }));
  copyFileSync(lock, join(cwd, "package-lock.json"));
  const { status, stderr, error } = spawnSync("npm", npmArguments(cpu), {
    cwd,
    encoding: "utf8",
    // npm is a script there, which only a shell starts.
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    const [first, second] = (stderr ?? "").split("\n").filter((line) => line.startsWith("npm error"));
    const why = error?.message ?? [first, second].filter(Boolean).join("; ");
    throw new Error(`sharp for ${cpu}: npm could not install it: ${why}`);
  }
  // They name what we do not ship, and would make every change of a tool a new function.
  rmSync(join(cwd, "package-lock.json"));
  rmSync(join(cwd, "node_modules/.package-lock.json"), { force: true });
  const modules = join(cwd, "node_modules");
  for (const name of globSync([...bundling.surplus], { cwd: modules }))
    rmSync(join(modules, name), { recursive: true });
}

/** What sharp loads on that CPU, by package: optional for npm, which says nothing when it cannot fetch them. */
const binaries = (cpu: Cpu) =>
  [
    [`@img/sharp-linux-${cpu}`, "lib/*.node"],
    [`@img/sharp-libvips-linux-${cpu}`, "lib/libvips-cpp.so*"],
  ] as const;

const missing = (cpu: Cpu, folder: string): readonly string[] =>
  binaries(cpu)
    .filter(([name, file]) => globSync(file, { cwd: join(folder, "node_modules", name) }).length === 0)
    .map(([name]) => name);

const incomplete = (names: readonly string[]) =>
  `${names.join(" and ")}: not in the function's asset, for npm passes over optional packages it cannot fetch; the function would die at its start, so see that npm's registry has them and try again`;

/** Appears whole or not at all; where two installed it at once, the first one's stays. */
function keep(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
