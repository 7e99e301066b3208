import { formatNamed } from "../../lambda/formats.ts";
import type { Options } from "../../lambda/options/index.ts";
import type { Language } from "../../lambda/url/language.ts";
import { type SignedPath, segmentsIn } from "../../lambda/url/path.ts";
import type { Finding } from "./finding.ts";
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
  /** `undefined` when the path is no picture's. */
  readonly signed?: SignedPath | undefined;
}

/** Explains the parts of a URL, or of its path, without asking anybody, in a browser too; `now` is unix ms. */
export function explainParts(url: string, language: Language, now: number): Explanation {
  const { config } = language;
  const { finding: path, signed } = explainPath(url, config);
  if (!signed) return { findings: [path], refused: path, asked: {}, source: undefined };

  const segments = segmentsIn(signed.path, config);
  const options = explainOptions(segments.options, language, now);
  const { finding: source, written } = explainSource(segments.source, config);
  const format = explainFormat(written?.extension ?? "", options.asked.format);
  const findings = [
    path,
    explainSignature(signed, config),
    options.finding,
    source,
    ...(written ? [format] : []),
  ];
  const extension = formatNamed(written?.extension ?? "");
  return {
    findings,
    refused: findings.find((one) => !one.passes),
    asked: { ...options.asked, ...(extension && { format: extension }) },
    source: written?.url,
    signed,
  };
}
