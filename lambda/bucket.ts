/** Where an object lies. */
export interface Address {
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
}

/** The client's validators, handed on to the store. */
export interface Conditions {
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
}

/** What a store tells of an object beside its bytes. */
export interface Facts {
  readonly type?: string;
  readonly etag?: string;
  /** HTTP date. */
  readonly lastModified?: string;
  readonly cacheControl?: string;
  /** HTTP date. */
  readonly expires?: string;
  readonly contentDisposition?: string;
}

/** An object on its way: its facts are here, its body is still to be read, or let go with `discard`. */
export interface Arriving extends Facts {
  /** bytes, when announced. */
  readonly length?: number;
  readonly body: AsyncIterable<Uint8Array>;
  /** Frees the connection of a body nobody will read to its end. */
  discard(): void;
}

/** An object store, as much of it as we ask for; a drill brings its own. */
export interface Bucket {
  /** `"not modified"` when the conditions hold. Rejects with what the store said, not yet translated. */
  get(address: Address, conditions: Conditions, signal: AbortSignal): Promise<Arriving | "not modified">;
  /** Stores the object unless one is there already. */
  put(
    address: Address,
    body: Uint8Array,
    facts: Facts & { readonly cacheTag?: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** A URL that reads the object for `seconds`. */
  presign(address: Address, seconds: number): Promise<string>;
}
