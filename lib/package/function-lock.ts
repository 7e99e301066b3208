import { readFileSync } from "node:fs";
import { join } from "node:path";
import { record } from "../local/lambda/record.ts";
import { root } from "../project.ts";
import { dependencies } from "../stack/sharp.ts";

/** Of the repository's lock what the function needs beside its bundle, as a lock of its own. Names no registry. */
export function functionLock(): string {
  const { lockfileVersion, packages } = record(
    JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")),
  );
  const locked = record(packages);
  const needed = new Set<string>();
  const add = (name: string) => {
    const at = `node_modules/${name}`;
    if (needed.has(at)) return;
    needed.add(at);
    const { dependencies: own, optionalDependencies: optional } = record(locked[at]);
    for (const other of [...Object.keys(record(own)), ...Object.keys(record(optional))]) add(other);
  };
  for (const name of Object.keys(dependencies)) add(name);
  const entries = [...needed].sort().map((at) => {
    const { resolved: _, dev: __, ...entry } = record(locked[at]);
    if (Object.keys(entry).length === 0) throw new Error(`${at}: not in package-lock.json at its root`);
    return [at, entry];
  });
  const whole = {
    lockfileVersion,
    requires: true,
    packages: { "": { dependencies }, ...Object.fromEntries(entries) },
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}
