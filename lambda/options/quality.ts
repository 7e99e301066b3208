import { type Arg, integer, refuse } from "../contract/args.ts";
import { roundAway } from "../contract/geometry.ts";
import { option } from "../contract/option.ts";
import { outputPart } from "../contract/output-part.ts";
import { type Format, formatNamed, formatNames, formats } from "../formats.ts";

const percent = integer("a quality", 0, 100);

export const quality = option({
  name: "quality",
  aliases: ["q"],
  default: 0,
  doc: "Quality of lossy formats, 1 to 100; 0 leaves it to IMGPROXY_FORMAT_QUALITY and IMGPROXY_QUALITY.",
  example: "q:80",
  arg: percent,
});

type Qualities = Readonly<Partial<Record<Format, number>>>;

const formatNameExpected = `one of ${formatNames.join(", ")}`;

/** Formats and their qualities in turn, as many as there are; each later one replaces that of its format. */
const qualities: Arg<Qualities> = {
  expects: "formats, each followed by a quality",
  control: { kind: "qualities", choices: Object.keys(formats) },
  arity: Infinity,
  words: ["format", "quality", "format…"],
  neutral: "",
  read(words, at) {
    const said: Partial<Record<Format, number>> = {};
    do {
      const word = words.take();
      const format = formatNamed(word) ?? refuse(at, formatNameExpected, word);
      said[format] = percent.read(words, `${at}.${format}`) ?? 0;
    } while (words.left > 0);
    return said;
  },
  write: (said) => Object.entries(said).flatMap(([format, value]) => [format, String(value)]),
  merge: (before, now) => ({ ...before, ...now }),
};

export const formatQuality = option({
  name: "format_quality",
  aliases: ["fq"],
  doc: "Quality by format, 1 to 100, where quality says none; 0 leaves it to IMGPROXY_FORMAT_QUALITY and IMGPROXY_QUALITY.",
  example: "fq:webp:70:avif:50",
  arg: qualities,
});

export const maxBytes = option({
  name: "max_bytes",
  aliases: ["mb"],
  default: 0,
  doc: "Lower the quality until the answer is no longer than this many bytes, or the quality is 10; 0 is no limit.",
  example: "mb:50000",
  arg: integer("bytes", 0, Infinity),
});

export const qualityOutput = outputPart(
  { quality, formatQuality, maxBytes },
  (options, { canvas: { format } }, config) => ({
    /** 1–100; without meaning for formats that lose nothing. */
    quality:
      options.quality || options.formatQuality?.[format] || config.formatQuality[format] || config.quality,
    /** bytes; 0 is no limit. */
    maxBytes: formats[format].lossy ? options.maxBytes : 0,
  }),
);

/** Quality at which `max_bytes` gives up. */
const minQuality = 10;

/** The quality to try next when `bytes` came out for `limit`; `undefined` when it is good, or as good as it gets. */
export function nextQuality(quality: number, bytes: number, limit: number): number | undefined {
  if (limit === 0 || bytes <= limit || quality <= minQuality) return undefined;
  const excess = bytes / limit;
  const milder = excess > 1.5 ? 0.5 : 0.75;
  return Math.max(1, Math.min(quality - 1, roundAway(quality * (excess > 3 ? 0.25 : milder))));
}

/** How often a picture is encoded until it is short enough, where `bytesAt` tells its length by quality. */
export function attempts(quality: number, limit: number, bytesAt: (quality: number) => number): number {
  const next = nextQuality(quality, bytesAt(quality), limit);
  return next === undefined ? 1 : 1 + attempts(next, limit, bytesAt);
}
