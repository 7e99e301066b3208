import { formatNamed } from "../../lambda/formats.ts";
import type { Options } from "../../lambda/options/index.ts";
import { derivativeKey } from "../../lambda/url/key.ts";
import type { Language } from "../../lambda/url/language.ts";
import { segmentsIn } from "../../lambda/url/path.ts";
import { type Finding, passes } from "./finding.ts";
import { explainOptions } from "./options.ts";
import { explainPath } from "./path.ts";
import { explainSignature } from "./signature.ts";
import { explainFormat, explainSource } from "./source.ts";

/** What the function makes of a URL, as far as can be told without the source. */
export interface Explanation {
  /** In the order the function comes to them; all of them, so that two mistakes are told at once. */
  readonly findings: readonly Finding[];
  /** The first that refuses; `undefined` when the source would be fetched. */
  readonly refused: Finding | undefined;
  /** What is asked, as far as it could be read. */
  readonly asked: Options;
  /** URL of the source. */
  readonly source: string | undefined;
}

/** Explains a URL, or its path, without asking anybody; `now` is unix ms, `accept` the header the browser would send. */
export function explain(url: string, language: Language, now: number, accept?: string): Explanation {
  const { config } = language;
  const { finding: path, signed } = explainPath(url, config);
  if (!signed) return { findings: [path], refused: path, asked: {}, source: undefined };

  const segments = segmentsIn(signed.path, config);
  const options = explainOptions(segments.options, language, now);
  const { finding: source, written } = explainSource(segments.source, config);
  const format = explainFormat(written?.extension ?? "", options.asked.format);
  const key = derivativeKey(`${config.pathPrefix}/${signed.signature}/${signed.path}`, accept, config);
  const findings = [
    path,
    explainSignature(signed, config),
    options.finding,
    source,
    ...(written ? [format] : []),
    passes("key", key ?? "none"),
  ];
  const extension = formatNamed(written?.extension ?? "");
  return {
    findings,
    refused: findings.find((one) => !one.passes),
    asked: { ...options.asked, ...(extension && { format: extension }) },
    source: written?.url,
  };
}
