import type { Bucket } from "./bucket.ts";
import type { Config } from "./config.ts";

/** Everything outside: cut at the raw world, below our own policies, so that a drill exercises them. */
export interface Services {
  readonly config: Config;
  readonly bucket: Bucket;
}
