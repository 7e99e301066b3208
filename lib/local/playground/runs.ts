import { setTimeout as pause } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { explainFailure } from "../../explain/failures.ts";
import type { Finding } from "../../explain/finding.ts";
import type { Served } from "../edge/edge.ts";
import { record } from "../lambda/record.ts";

/** What the function told of a request: ms by phase, and why it failed if it did. */
export interface Run {
  readonly ms: Readonly<Record<string, number>>;
  readonly failed?: Finding;
}

/** Remembers what the function told of its last requests. */
export interface Runs {
  /** Takes a line of the function's log. */
  logged(line: string): void;
  /** Takes what the edge answered. */
  served(served: Pick<Served, "path" | "id">): void;
  /** By the path that was asked last; waits a moment for what comes after the answer. `undefined` where the function was not asked. */
  of(path: string): Promise<Run | undefined>;
}

/** How many are remembered. */
const REMEMBERED = 1000;

/** ms that a log line may come later than the answer. */
const LATE = 200;

/** Starts remembering. */
export function runs(): Runs {
  const known = new LRUCache<string, Run>({ max: REMEMBERED });
  const ids = new LRUCache<string, string>({ max: REMEMBERED });
  return {
    logged(line) {
      const { request_id: id, error, ...fields } = record(parsed(line));
      if (typeof id !== "string") return;
      const { name, message } = record(error);
      const times = Object.entries(fields).flatMap(([field, value]) =>
        field.endsWith("Ms") && typeof value === "number" ? [[field.slice(0, -2), value] as const] : [],
      );
      const failed =
        typeof name === "string" ? { failed: explainFailure({ name, message: String(message) }) } : {};
      known.set(id, { ms: Object.fromEntries(times), ...failed });
    },
    served: ({ path, id }) => void ids.set(path, id),
    async of(path) {
      const run = () => known.get(ids.get(path) ?? "");
      for (let waited = 0; waited < LATE && !run() && ids.get(path) !== ""; waited += 20) await pause(20);
      return run();
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
