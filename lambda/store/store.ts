/** Where an object lies. */
export interface Address {
  readonly bucket: string;
  readonly key: string;
  readonly version?: string | undefined;
}

/** The client's validators, handed on to the store. */
export interface Conditions {
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
}

/** What a store tells of an object beside its bytes. */
export interface ObjectMetadata {
  readonly type?: string | undefined;
  /** As in Content-Encoding: `gzip` means the bytes are to be unpacked first. */
  readonly encoding?: string | undefined;
  readonly etag?: string | undefined;
  /** HTTP date. */
  readonly lastModified?: string | undefined;
  readonly cacheControl?: string | undefined;
  /** HTTP date. */
  readonly expires?: string | undefined;
  readonly contentDisposition?: string | undefined;
  /** Of its source; a CDN forgets by it. */
  readonly cacheTag?: string | undefined;
}

/** An object on its way: its facts are here, its body is still to be read, or let go with `cancel`. */
export interface ObjectStream {
  readonly facts: ObjectMetadata;
  /** bytes, when announced. */
  readonly length?: number | undefined;
  /** Ends early when the other side closed before `length`; throws when the connection broke. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Frees the connection of a body nobody will read to its end. */
  cancel(): void;
}

/** An object store, as much of it as we ask for; a drill brings its own. */
export interface Bucket {
  /**
   * `"not modified"` when the conditions hold. Rejects with `StoreError` when the store answered with an error,
   * with `DeadlineExceeded` when it ran into a time limit of its own, with anything else when it did not answer.
   */
  get(address: Address, conditions: Conditions, signal: AbortSignal): Promise<ObjectStream | "not modified">;
  /** Stores the object unless one is there already. */
  put(address: Address, body: Uint8Array, facts: ObjectMetadata, signal: AbortSignal): Promise<void>;
  /** A URL that reads the object for `seconds`. */
  presign(address: Address, seconds: number): Promise<string>;
}

/** The store answered, but with an error: its HTTP status, and its word for it. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly status: number;

  constructor(status: number, word: string, options?: ErrorOptions) {
    super(`${status} ${word}`, options);
    this.status = status;
  }
}
