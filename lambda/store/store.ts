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

/** How an object is asked for. */
export interface GetOptions extends Conditions {
  /** Bytes from the first of these to the last, or to the end. */
  readonly range?: { readonly first: number; readonly last?: number } | undefined;
  /** As a client wrote it, in place of `range`. */
  readonly rangeHeader?: string | undefined;
  /** Only if it is still this one. */
  readonly ifMatch?: string | undefined;
  /** Over a connection that was not used before; those that idle are not trusted any more. */
  readonly fresh?: boolean | undefined;
  /** Hears how far the request has come. */
  readonly at?: ((phase: Phase) => void) | undefined;
  readonly signal: AbortSignal;
}

/** What is being waited for, from the asking to the end of the body. */
export type Phase = "resolve" | "connect" | "TLS" | "first byte" | "body";

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

/** An object on its way: what is told of it is here, its body is still to be read, or given up with `cancel`. */
export interface ObjectStream {
  readonly metadata: ObjectMetadata;
  /** bytes, when announced. */
  readonly length?: number | undefined;
  /** The end is marked on the wire even without a length, as chunks are. */
  readonly marked?: boolean | undefined;
  /** As in Content-Range, when only a part was asked for: `bytes 0-9/100`. */
  readonly range?: string | undefined;
  /** CRC32 of the whole object in base64, when told. */
  readonly crc32?: string | undefined;
  /** Nobody vouches for its bytes by a checksum, and its ETag may be of something else: what came to its end on the wire is whole, where no more can be had. */
  readonly plain?: boolean | undefined;
  /** The ETag is not an MD5, whatever it looks like: the object is encrypted with a key of its own. */
  readonly opaqueTag?: boolean | undefined;
  /** Ends early when the other side closed before `length`; throws when the connection broke. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Frees the connection of a body nobody will read to its end. */
  cancel(): void;
}

/** Whatever objects are read from; `Place` is how it names them. */
export interface Origin<Place = Address> {
  /**
   * One attempt. `"not modified"` when the conditions hold. Rejects with `StoreError` when the store answered with an error,
   * with `DeadlineExceeded` when it ran into a time limit of its own, with anything else when it did not answer.
   */
  get(place: Place, options: GetOptions): Promise<ObjectStream | "not modified">;
}

/** An object store; a drill brings its own. Each call is one attempt. */
export interface Store extends Origin {
  /** Stores the object unless one is there already, and tells which; one whose ETag is `replacing` gives way. */
  put(
    address: Address,
    body: Uint8Array,
    metadata: ObjectMetadata,
    signal: AbortSignal,
    replacing?: string,
  ): Promise<"stored" | "there already">;
  /** A URL that reads the object for `seconds`. */
  presign(address: Address, seconds: number): Promise<string>;
}

/** The store answered, but with an error: its HTTP status, 0 where it came to none, and its word for it. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly status: number;
  readonly word: string;

  constructor(status: number, word: string, options?: ErrorOptions) {
    super(`${status} ${word}`, options);
    this.status = status;
    this.word = word;
  }
}
