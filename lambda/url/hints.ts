import type { Config } from "../config/variables.ts";
import type { OptionValues } from "../contract/option.ts";
import type { HttpRequest } from "../http.ts";

/** What a client hints at of the place a picture is for. */
export interface Hints {
  /** Device px. */
  readonly width?: number;
  /** Device pixels per CSS pixel. */
  readonly dpr?: number;
}

/** A hint's headers, the newer before the older, how its number is written, and the largest that counts. */
const kinds = {
  width: { headers: ["sec-ch-width", "width"], pattern: /^\+?\d+$/, most: Number.MAX_SAFE_INTEGER },
  dpr: { headers: ["sec-ch-dpr", "dpr"], pattern: /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, most: 8 },
} as const;

/**
 * The hints in a request's headers, as far as the environment listens to any; what is no such number is passed over. The edge function
 * says the same (`lambda/edge/viewer-request.js`), and takes each for the next of a few.
 */
export function hintsIn(
  headers: HttpRequest["headers"],
  { enableClientHints }: Pick<Config, "enableClientHints">,
): Hints {
  if (!enableClientHints) return {};
  const [width, dpr] = [hinted(headers, kinds.width), hinted(headers, kinds.dpr)];
  return { ...(width !== undefined && { width }), ...(dpr !== undefined && { dpr }) };
}

function hinted(
  headers: HttpRequest["headers"],
  kind: (typeof kinds)[keyof typeof kinds],
): number | undefined {
  const given = kind.headers.map((name) => headers[name] ?? "").filter((text) => kind.pattern.test(text));
  return given.map(Number).find((value) => value > 0 && value <= kind.most);
}

/** The options they stand for where nothing else says any: a width in CSS px, and dpr. */
export const hintedOptions = ({ width, dpr }: Hints): OptionValues => ({
  ...(width !== undefined && { width: Math.round(width / (dpr ?? 1)) }),
  ...(dpr !== undefined && { dpr }),
});

/** The hints in a key's token, `w640` and `d1_5`: a key has no other dot than the one before its token. */
export const hintWords = ({ width, dpr }: Hints): readonly string[] => [
  ...(width === undefined ? [] : [`w${width}`]),
  ...(dpr === undefined ? [] : [`d${String(dpr).replace(".", "_")}`]),
];
