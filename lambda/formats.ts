/** What one output format can do. Figures: spec of imgproxy 7.1, the codecs' own limits. */
export interface FormatFacts {
  readonly mime: string;
  /** With its dot, as a file name wears it. */
  readonly extension: string;
  /** Can hold transparent pixels. */
  readonly alpha: boolean;
  readonly animates: boolean;
  /** Is encoded to a quality, 1–100; so `max_bytes` can lower it. */
  readonly lossy: boolean;
  /** px; the longest side its encoder takes. */
  readonly maxSide: number;
  /** Its decoder can shrink while it reads. */
  readonly shrinksOnLoad: boolean;
  /** Its encoder writes the orientation, which viewers obey, even where all other metadata is dropped. */
  readonly tagsOrientation: boolean;
  /** Can say by a profile what its colours are. */
  readonly profiles: boolean;
  /** Can hold more than 8 bits a channel. */
  readonly deep: boolean;
  /** What the prebuilt sharp reads and writes. */
  readonly reads: boolean;
  readonly writes: boolean;
  /** ms per megapixel of one vCPU, measured by `npm run bench`: decoding, and encoding at our settings. */
  readonly decodeMs: number;
  readonly encodeMs: number;
}

const raster = {
  shrinksOnLoad: false,
  tagsOrientation: false,
  reads: true,
  writes: true,
  animates: false,
  alpha: true,
  lossy: false,
  profiles: true,
  deep: false,
  maxSide: 65_535,
} as const;

/** Every format the URL language can name, by its canonical name. */
export const formats = {
  jpeg: {
    ...raster,
    mime: "image/jpeg",
    extension: ".jpg",
    maxSide: 65_500,
    alpha: false,
    shrinksOnLoad: true,
    lossy: true,
    decodeMs: 5,
    encodeMs: 13,
  },
  png: {
    ...raster,
    deep: true,
    mime: "image/png",
    extension: ".png",
    maxSide: Infinity,
    decodeMs: 18,
    encodeMs: 100,
  },
  webp: {
    ...raster,
    mime: "image/webp",
    extension: ".webp",
    animates: true,
    lossy: true,
    shrinksOnLoad: true,
    maxSide: 16_383,
    decodeMs: 27,
    encodeMs: 150,
  },
  gif: {
    ...raster,
    profiles: false,
    mime: "image/gif",
    extension: ".gif",
    animates: true,
    decodeMs: 12,
    encodeMs: 900,
  },
  avif: {
    ...raster,
    deep: true,
    mime: "image/avif",
    extension: ".avif",
    tagsOrientation: true,
    lossy: true,
    maxSide: 16_384,
    decodeMs: 45,
    encodeMs: 100,
  },
  tiff: {
    ...raster,
    deep: true,
    mime: "image/tiff",
    extension: ".tiff",
    tagsOrientation: true,
    lossy: true,
    maxSide: Infinity,
    decodeMs: 3,
    encodeMs: 3,
  },
  svg: {
    ...raster,
    profiles: false,
    shrinksOnLoad: true,
    mime: "image/svg+xml",
    extension: ".svg",
    writes: false,
    decodeMs: 50,
    encodeMs: 0,
  },
  bmp: {
    ...raster,
    profiles: false,
    mime: "image/bmp",
    extension: ".bmp",
    maxSide: Infinity,
    decodeMs: 5,
    encodeMs: 5,
  },
  ico: {
    ...raster,
    profiles: false,
    mime: "image/x-icon",
    extension: ".ico",
    maxSide: 256,
    decodeMs: 18,
    encodeMs: 100,
  },
  heic: {
    ...raster,
    mime: "image/heif",
    extension: ".heic",
    lossy: true,
    maxSide: 16_384,
    writes: false,
    decodeMs: 80,
    encodeMs: 0,
  },
  jxl: {
    ...raster,
    profiles: false,
    mime: "image/jxl",
    extension: ".jxl",
    lossy: true,
    decodeMs: 160,
    encodeMs: 180,
  },
} as const satisfies Record<string, FormatFacts>;

/** The canonical name of a format. */
export type Format = keyof typeof formats;

const otherNames: Readonly<Record<string, Format>> = { jpg: "jpeg" };

/** A format an answer can be in: one that is written, and SVG, which is handed on. */
export type WritableFormat =
  | "svg"
  | { readonly [Name in Format]: (typeof formats)[Name]["writes"] extends true ? Name : never }[Format];

export const isWritable = (format: Format): format is WritableFormat =>
  format === "svg" || formats[format].writes;

/** All spellings a URL may use, exact and case-sensitive. */
export const formatNames: readonly string[] = [...Object.keys(formats), ...Object.keys(otherNames)];

/** The format of that name; `undefined` when there is none. */
export function formatNamed(name: string): Format | undefined {
  if (Object.hasOwn(otherNames, name)) return otherNames[name];
  return isFormat(name) ? name : undefined;
}

const isFormat = (name: string): name is Format => Object.hasOwn(formats, name);
