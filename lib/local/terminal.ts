import type { Served } from "./edge.ts";

/** A number the user gave as text. Throws one sentence when it is none. */
export function whole(name: string, given: string, min: number, max: number): number {
  if (/^\d+$/.test(given) && Number(given) >= min && Number(given) <= max) return Number(given);
  throw new Error(`${name}: expected an integer from ${min} to ${max}, got "${given}"`);
}

/** One request in one line, in columns. */
export function requestLine({ method, path, status, cache, ms, bytes }: Served): string {
  const columns = [
    method.padEnd(4),
    status,
    cache.padEnd(5),
    `${ms.toFixed(0)} ms`.padStart(9),
    size(bytes).padStart(9),
  ];
  return `${columns.join(" ")}  ${path}`;
}

const size = (bytes: number) =>
  bytes < 1000
    ? `${bytes} B`
    : bytes < 1e6
      ? `${(bytes / 1000).toFixed(1)} kB`
      : `${(bytes / 1e6).toFixed(2)} MB`;
