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
