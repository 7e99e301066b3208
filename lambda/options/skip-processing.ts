import { type Arg, refuse } from "../contract/args.ts";
import { option } from "../contract/option.ts";
import { type Format, formatNamed, formatNames, formats } from "../formats.ts";

const expects = `formats, each one of ${formatNames.join(", ")}`;

/** Formats, as many as there are; they add to those said before. */
const formatList: Arg<readonly Format[]> = {
  expects,
  control: { kind: "choices", choices: Object.keys(formats) },
  arity: Infinity,
  words: ["format", "format…"],
  neutral: "",
  read(words, at) {
    const given: Format[] = [];
    do {
      const word = words.take();
      given.push(formatNamed(word) ?? refuse(at, expects, word));
    } while (words.left > 0);
    return given;
  },
  write: (given) => given,
  merge: (before, now) => [...before, ...now],
};

export const skipProcessing = option({
  name: "skip_processing",
  aliases: ["skp"],
  default: [],
  doc: "Answer a source of these formats as it is, unless another format is asked for; they add to IMGPROXY_SKIP_PROCESSING_FORMATS.",
  example: "skp:png:gif",
  arg: formatList,
});

/** What is said of formats that are answered as they are, by URL and environment. */
export interface Skipping {
  /** That is asked for. */
  readonly requested: Format | undefined;
  /** Whose sources are left as they are. */
  readonly skipped: readonly Format[];
  readonly alwaysRasterizeSvg: boolean;
}

/** Whether a source goes out as it is: shapes do unless they are to become pixels, pixels where that was said. */
export function isSkipped(source: Format, { requested, skipped, alwaysRasterizeSvg }: Skipping): boolean {
  const listed = skipped.includes(source);
  if (source === "svg") return requested === "svg" || (!requested && (listed || !alwaysRasterizeSvg));
  return listed && (!requested || requested === source);
}
