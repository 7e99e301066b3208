import { readFile, rename, writeFile } from "node:fs/promises";
import { record } from "../lambda/record.ts";

/** What of CloudFront's KeyValueStore we use. What is put is what the next request at the edge finds. */
export interface KeyValueStore {
  /** `undefined` where there is none. */
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
}

/** One that ends with the process. */
export function memoryStore(): KeyValueStore {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(key),
    put: async (key, value) => void values.set(key, value),
  };
}

/** One in a file, which other processes may change. */
export function fileStore(path: string): KeyValueStore {
  const values = async () => {
    const text = await readFile(path, "utf8").catch(() => "{}");
    return record(JSON.parse(text));
  };
  return {
    async get(key) {
      const value = (await values())[key];
      return typeof value === "string" ? value : undefined;
    },
    async put(key, value) {
      const draft = `${path}.${process.pid}`;
      // Only its owner may sign.
      await writeFile(draft, JSON.stringify({ ...(await values()), [key]: value }), { mode: 0o600 });
      await rename(draft, path);
    },
  };
}
