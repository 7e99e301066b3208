import type { Config } from "./config/variables.ts";
import type { Calibration } from "./image/admit.ts";
import type { Log } from "./log.ts";
import type { Pace } from "./source/pace.ts";
import type { Recent } from "./source/recent.ts";
import type { Store } from "./store/store.ts";
import type { Web } from "./store/web.ts";
import type { Language } from "./url/language.ts";

/** Everything outside: cut at the raw world, below our own policies, so that a drill exercises them. */
export interface Services {
  readonly config: Config;
  readonly language: Language;
  readonly store: Store;
  readonly web: Web;
  /** Of this process. */
  readonly calibration: Calibration;
  readonly pace: Pace;
  readonly recent: Recent;
  /** Of this one request. */
  readonly log: Log;
}
