import type { ObjectMetadata, ObjectStream, Store } from "../lambda/store/store.ts";

/** A store that answers every GET like this; nothing else can be done with it. */
export function storeOf(get: Store["get"]): Store {
  const refuse = () => Promise.reject(new Error("objects can only be read here"));
  return { get, put: refuse, presign: refuse };
}

/** An object on its way, whole. */
export const streamOf = (bytes: Uint8Array, metadata: ObjectMetadata = {}): ObjectStream => ({
  metadata,
  length: bytes.length,
  body: once(bytes),
  cancel() {},
});

async function* once(bytes: Uint8Array) {
  yield bytes;
}
