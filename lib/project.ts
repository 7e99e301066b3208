import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where this code lies: in the repository, or in the package made of it, where all of it is in a few files of one folder, or of the next. */
const here = import.meta.dirname;
const places = [here, join(here, "..")].map((folder) => join(folder, "function"));

/**
 * The folder of the function as it was compiled into the package: its handler and what it starts, the edge function, what runs them on this
 * machine. `undefined` in the repository, where they are compiled when they are needed.
 */
export const compiled: string | undefined = places.find((folder) => existsSync(folder));

/** The repository's root, for what is compiled from source. */
export const root: string = join(here, "..");

/** Where that is kept which can be made again. In somebody else's project that is where tools keep theirs. */
export const cache: string = compiled
  ? join(process.cwd(), "node_modules", ".cache", "shutterspeed")
  : join(root, ".local");
