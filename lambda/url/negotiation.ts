import type { Config } from "../config/variables.ts";
import type { Offers } from "../contract/canvas.ts";
import { formats } from "../formats.ts";

/** A format somebody may be answered in because they accept it. */
export type Negotiable = "jxl" | "avif" | "webp";

type Switches = Pick<
  Config,
  "autoJxl" | "enforceJxl" | "autoAvif" | "enforceAvif" | "autoWebp" | "enforceWebp"
>;

/** Best first. */
const negotiable: readonly Negotiable[] = ["jxl", "avif", "webp"];

const auto = { jxl: "autoJxl", avif: "autoAvif", webp: "autoWebp" } as const;
const enforce = { jxl: "enforceJxl", avif: "enforceAvif", webp: "enforceWebp" } as const;

/** Whether the format is answered even where the URL names another. */
const isEnforced = (format: Negotiable, switches: Switches): boolean => switches[enforce[format]];

/** The formats the environment lets a client have instead of the one it would get otherwise, best first. */
export const negotiatedFormats = (switches: Switches): readonly Negotiable[] =>
  negotiable.filter((format) => switches[auto[format]] || isEnforced(format, switches));

/** Those of them an `Accept` header names; only the substring counts, as in imgproxy. */
export const acceptedFormats = (accept: string, switches: Switches): readonly Negotiable[] =>
  negotiatedFormats(switches).filter((format) => accept.includes(formats[format].mime));

/** The formats an Accept header offers, as far as the environment goes into it. */
export function offersOf(accept: string, config: Config): Offers {
  const auto = acceptedFormats(accept, config);
  return {
    auto,
    enforced: auto.filter((format) => isEnforced(format, config)),
    preferred: config.preferredFormats.filter((format) => formats[format].writes),
  };
}
