import sharp, { type Metadata } from "sharp";

/** An answer, whoever gave it. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** In what two answers can differ. The picture of formats that sharp cannot read differs with any byte. */
export const aspects = ["status", "headers", "text", "size", "about", "picture", "length"] as const;
export type Aspect = (typeof aspects)[number];

/** How two answers compare. Beyond `status` and `headers`, only two pictures do. */
export interface Comparison {
  /** What differs, golden first: `size: 20×10×1 ≠ 20×9×1`. */
  readonly differs: Partial<Readonly<Record<Aspect, string>>>;
  readonly pictures?: {
    readonly lossless: boolean;
    /** Every pixel is the same; of formats that sharp cannot read, every byte. */
    readonly exact: boolean;
    /** dB; `Infinity` when nothing differs, `undefined` where sizes do, or sharp cannot read it. */
    readonly psnr: number | undefined;
    /** Our bytes by theirs, without the metadata. */
    readonly lengthRatio: number;
  };
}

/** dB; below, a picture counts as another one. */
export const enough = 40;
/** The part by which bodies may be longer than imgproxy's, and lossy ones shorter. */
const tolerance = 0.05;
/** bytes beside it; what the containers spend on holding metadata, which imgproxy leaves some of in every picture. */
const envelope = 80;

const losslessTypes = ["image/png", "image/gif", "image/tiff", "image/bmp", "image/x-icon", "image/svg+xml"];
/** Compared as bytes. */
const unreadable = ["image/svg+xml", "image/bmp", "image/x-icon"];

const comparedHeaders =
  /^(content-type|cache-control|content-disposition|vary|expires|link|access-control-allow-origin|x-origin-.*|x-result-.*)$/;

/** Compares our answer with the golden one. */
export async function compare(golden: Answer, ours: Answer): Promise<Comparison> {
  const outside = {
    ...difference("status", golden.status, ours.status),
    ...difference("headers", told(golden.headers), told(ours.headers)),
  };
  if (golden.status !== ours.status) return { differs: outside };
  if (golden.status !== 200) {
    return { differs: { ...outside, ...difference("text", `${golden.body}`, `${ours.body}`) } };
  }
  const { differs, ...pictures } = await comparePictures(golden, ours);
  return { differs: { ...outside, ...differs }, pictures };
}

const told = (headers: Answer["headers"]) =>
  Object.entries(headers)
    .filter(([name]) => comparedHeaders.test(name))
    .map(([name, value]) => `${name}: ${value}`)
    .sort()
    .join("; ");

async function comparePictures(golden: Answer, ours: Answer) {
  const type = golden.headers["content-type"] ?? "";
  const sameType = type === ours.headers["content-type"];
  const lossless = losslessTypes.includes(type);
  if (unreadable.includes(type)) {
    const exact = golden.body.equals(ours.body);
    const differs = difference("picture", "the same bytes", exact ? "the same bytes" : "others");
    const lengthRatio = ours.body.length / golden.body.length;
    return { differs, lossless, exact, psnr: exact ? Infinity : undefined, lengthRatio };
  }
  const [theirs, own] = await Promise.all([decoded(golden.body), decoded(ours.body)]);
  const lengthRatio = own.bytes / theirs.bytes;
  const psnr = theirs.size === own.size ? psnrOf(theirs.pixels, own.pixels) : undefined;
  const differs = {
    ...difference("size", theirs.size, own.size),
    ...difference("about", theirs.about, own.about),
    ...(psnr !== undefined && psnr < enough && { picture: `${psnr.toFixed(1)} dB` }),
    ...(sameType && isFar(type, theirs.bytes, own.bytes) && { length: `${theirs.bytes} ≠ ${own.bytes}` }),
  };
  return {
    differs,
    lossless,
    exact: psnr !== undefined && theirs.pixels.equals(own.pixels),
    psnr,
    lengthRatio,
  };
}

function isFar(type: string, golden: number, ours: number): boolean {
  if (Math.abs(ours - golden) <= Math.max(golden * tolerance, envelope)) return false;
  return losslessTypes.includes(type) ? type === "image/png" && ours > golden : true;
}

const difference = (aspect: Aspect, golden: string | number, ours: string | number) =>
  golden === ours ? {} : { [aspect]: `${golden} ≠ ${ours}` };

async function decoded(body: Buffer) {
  const image = sharp(body, { animated: true, failOn: "none" });
  const metadata = await image.metadata();
  const pixels = await image.toColourspace("srgb").ensureAlpha().raw({ depth: "uchar" }).toBuffer();
  const { width, height, pageHeight = height, pages = 1, exif, iptc, xmp } = metadata;
  // PNG packs the other two.
  const apart = metadata.format === "png" ? [exif] : [exif, iptc, xmp];
  const bytes = apart.reduce((rest, block) => rest - (block?.length ?? 0), body.length);
  return { pixels, bytes, size: `${width}×${pageHeight}×${pages}`, about: aboutOf(metadata) };
}

/** What a file says of itself beside its pixels, as far as it says so. */
function aboutOf(metadata: Metadata): string {
  const { format, hasProfile, orientation = 1, isProgressive, isPalette, chromaSubsampling } = metadata;
  const { bitsPerSample, depth, hasAlpha, space, delay, loop } = metadata;
  return Object.entries({
    format,
    profile: hasProfile,
    orientation,
    progressive: isProgressive,
    palette: isPalette,
    chroma: chromaSubsampling,
    bits: bitsPerSample,
    depth,
    alpha: hasAlpha,
    space,
    delay: delay?.join(","),
    loop,
  })
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? name : `${name} ${value}`))
    .join(", ");
}

/** dB between two RGBA pictures of one size, over alpha and RGB multiplied by it. */
export function psnrOf(one: Uint8Array, other: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 4) {
    const [alpha = 0, otherAlpha = 0] = [one[at + 3], other[at + 3]];
    for (let channel = at; channel < at + 3; channel++) {
      const apart = ((one[channel] ?? 0) * alpha - (other[channel] ?? 0) * otherAlpha) / 255;
      sum += apart * apart;
    }
    sum += (alpha - otherAlpha) ** 2;
  }
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * one.length) / sum);
}
