import type { Served } from "./edge/edge.ts";

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
