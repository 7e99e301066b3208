import { setTimeout as pause } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { Language } from "../../lambda/url/language.ts";
import { explain } from "../explain/explain.ts";
import { explainFailure, type Failed } from "../explain/failures.ts";
import { type Finding, refuses } from "../explain/finding.ts";
import type { Served } from "./edge/edge.ts";
import { record } from "./lambda/record.ts";

/** Why requests were refused, and in which phase. */
export interface Reasons {
  /** Takes a line of the function's log. */
  logged(line: string): void;
  /** `undefined` when it was not refused. */
  of(served: Served): Promise<Finding | undefined>;
}

/** How many failures are remembered, for answers repeated from the edge's cache. */
const REMEMBERED = 1000;
/** ms that a log line may come later than the answer. */
const LATE = 200;

/** Finds reasons in the URL where they are, else in the function's log; `pictures` are the keys that are there. */
export function reasonsFor(language: () => Language, pictures: readonly string[]): Reasons {
  const failures = new LRUCache<string, Failed>({ max: REMEMBERED });

  const failureOf = async (id: string): Promise<Failed | undefined> => {
    for (let waited = 0; waited < LATE && !failures.has(id); waited += 20) await pause(20);
    return failures.get(id);
  };
  return {
    logged(line) {
      const { request_id: id, error } = record(parsed(line));
      const { name, message } = record(error);
      if (typeof id === "string" && typeof name === "string")
        failures.set(id, { name, message: String(message) });
    },
    async of({ method, path, status, id, failure }) {
      if (!failure) return undefined;
      const { refused } = explain(path, language(), Date.now());
      if (refused && status < 500) return refused;
      const found = await failureOf(id);
      if (found) return noticingQuery(explainFailure(found, pictures), path);
      return refuses(
        "function",
        failure.says,
        status === 403 ? `${method} is not answered, or not from here` : undefined,
      );
    },
  };
}

/** Who writes a `?` into a name wonders why another object is asked for. */
const noticingQuery = (finding: Finding, path: string): Finding =>
  path.includes("?")
    ? { ...finding, advice: `what follows the ? in the URL was cut off: of a source's name write it as %3F` }
    : finding;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
