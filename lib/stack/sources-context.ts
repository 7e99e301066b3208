import { type Context, words } from "./context-values.ts";
import type { SourceBucket } from "./sources.ts";

/** Nothing at all is no answer: a deployment that forgot the buckets of the one before would take the function's access away. */
export function sources<T>(named: readonly T[], make = false): readonly T[] {
  if (named.length > 0 !== make) return named;
  throw new Error(
    make
      ? "sourceBuckets and newSourceBucket: expected one of them, got both"
      : "sourceBuckets: expected the names of the buckets pictures lie in, or newSourceBucket=true to have one made",
  );
}

/** Words such as `cats dogs/puppies/`, or in cdk.json a list of them and of maps. */
export function sourcesIn(context: Context): readonly (string | SourceBucket)[] {
  const { sourceBuckets } = context;
  if (Array.isArray(sourceBuckets)) return sourceBuckets.map(sourceIn);
  return words(context, "sourceBuckets").map(sourceIn);
}

function sourceIn(given: unknown): string | SourceBucket {
  if (typeof given === "string") {
    const slash = given.indexOf("/");
    return slash < 0 ? given : { name: given.slice(0, slash), prefix: given.slice(slash + 1) };
  }
  const says = Object.entries(Object(given)).map(([name, value]) => [name, String(value)] as const);
  const stranger = says.find(([name]) => !["name", "prefix", "region", "encryptionKey"].includes(name));
  const { name = "", ...more }: Readonly<Record<string, string>> = Object.fromEntries(says);
  if (name !== "" && stranger === undefined) return { name, ...more };
  throw new Error(
    `sourceBuckets: expected names, or maps of name, prefix, region and encryptionKey, got ${JSON.stringify(given)}`,
  );
}
