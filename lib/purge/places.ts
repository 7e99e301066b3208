import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where a purge is asked for. */
export interface PurgePlace {
  /** URL of the queue. */
  readonly queue: string;
  /** The bucket derivatives lie in. */
  readonly derivatives: string;
  /** Of S3, where it is none of AWS's. */
  readonly endpoint?: string;
}

const fileOf = (home: string, port: number) => join(home, `purge-${port}.json`);

/** Tells other programs where the local cloud on this port is asked to purge. Take it back with what is returned. */
export function tellPlace(home: string, port: number, place: PurgePlace): () => void {
  writeFileSync(fileOf(home, port), JSON.stringify(place));
  return () => rmSync(fileOf(home, port), { force: true });
}

/** The same of a local cloud that runs. Throws one sentence when none does. */
export function localPlace(home: string, port: number): PurgePlace {
  const file = fileOf(home, port);
  if (!existsSync(file)) throw new Error(`nothing was started here on port ${port}: ${file} is not there`);
  const { queue, derivatives, endpoint }: Readonly<Record<string, unknown>> = JSON.parse(
    readFileSync(file, "utf8"),
  );
  return { queue: String(queue), derivatives: String(derivatives), endpoint: String(endpoint) };
}
