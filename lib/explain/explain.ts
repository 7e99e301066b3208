import { derivativeKey } from "../../lambda/url/key.ts";
import type { Language } from "../../lambda/url/language.ts";
import { passes } from "./finding.ts";
import { type Explanation, explainParts } from "./parts.ts";

/** Explains a URL, or its path, without asking anybody; `now` is unix ms, `accept` the header the browser would send. */
export function explain(url: string, language: Language, now: number, accept?: string): Explanation {
  const parts = explainParts(url, language, now);
  const { signed, findings } = parts;
  if (!signed) return parts;
  const { config } = language;
  const key = derivativeKey(`${config.pathPrefix}/${signed.signature}/${signed.path}`, accept, config);
  return { ...parts, findings: [...findings, passes("key", key ?? "none")] };
}
