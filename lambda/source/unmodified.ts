import type { ObjectMetadata } from "../store/store.ts";

/** A source that is as the client's conditions say: none of its bytes are needed. */
export interface Unmodified {
  /** As far as its answer depends on it. */
  readonly unmodified: ObjectMetadata;
}

/** Tells it from a source that was downloaded. */
export const isUnmodified = (source: object): source is Unmodified => "unmodified" in source;
