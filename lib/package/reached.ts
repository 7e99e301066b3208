import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Declarations that these ones need, by whatever way, and they themselves: paths. */
export function reached(entries: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const follow = (file: string) => {
    if (found.has(file)) return;
    found.add(file);
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g))
      follow(join(dirname(file), path.replace(/\.ts$/, ".d.ts")));
  };
  for (const entry of entries) follow(entry);
  return found;
}
