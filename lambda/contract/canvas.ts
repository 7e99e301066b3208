import type { Format } from "../formats.ts";

/** px. 0 means "as it is". */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Millions of pixels. */
export const megapixels = ({ width, height }: Size) => (width * height) / 1e6;

/** How the frames of a picture are shown. */
export interface Animation {
  /** ms each of them is shown; as many as there are frames. */
  readonly delays: readonly number[];
  /** How often all of them are shown; 0 is for ever. */
  readonly loop: number;
}

/** How many frames are drawn. */
export const framesOf = ({ animation }: Pick<Canvas, "animation">): number => animation?.delays.length ?? 1;

/** Which formats the client takes, and which of them the environment puts first. */
export interface Offers {
  /** Answered when the URL names no format, best first. */
  readonly auto: readonly Format[];
  /** Answered even when it names one, best first. */
  readonly enforced: readonly Format[];
  /** What is answered in when nothing else decides. */
  readonly preferred: readonly Format[];
}

/** The picture that is to be drawn over another, before its first step. */
export interface Watermark {
  readonly canvas: Canvas;
  /** 0–1, by which the opacity that is asked for is multiplied. */
  readonly opacity: number;
}

/** Where the picture stands between two steps; each step hands on what it made of it. */
export interface Canvas extends Size {
  /** EXIF orientation, 1–8, that the pixels still wait for; 1 once they are upright. */
  readonly orientation: number;
  /** Device pixels per CSS pixel, as far as the source allowed. */
  readonly dpr: number;
  /** 1, or less when the limit asks for a smaller picture; only `layoutStep` reads it. */
  readonly shrink: number;
  /** What the format of the answer needs the sides to be multiplied by; 1 where it can hold them. */
  readonly formatLimit: number;
  /** May hold transparent pixels. */
  readonly alpha: boolean;
  /** Chooses a format that is transparent: the source is, or padding or extend is on, whether or not they add anything. */
  readonly transparency: boolean;
  /** Has no colours; sharp would paint a coloured ground on it in grey. */
  readonly grey: boolean;
  /** Its colours are neither red, green and blue nor grey: they become sRGB's when the file is read, and not before. */
  readonly foreign: boolean;
  /** Has more than 8 bits a channel. */
  readonly deep: boolean;
  /** Its colours are those of the profile in its file, and still to be made sRGB's. */
  readonly profile: boolean;
  /** Bits of an index into the palette of its file; 0 where it has none. */
  readonly paletteBits: number;
  /** Drawn from shapes: may grow without loss. */
  readonly vector: boolean;
  /** The source moves, and may: formats that hold frames come first. */
  readonly animated: boolean;
  /** Of the frames that are drawn; `undefined` where it is one, a still. */
  readonly animation: Animation | undefined;
  /** Of the source, until `formatDecision` has chosen the answer's. */
  readonly format: Format;
  readonly offers: Offers;
  /** Nothing has been drawn or cut yet: the decoder may shrink what comes. */
  readonly encoded: boolean;
  /** Its decoder may shrink it at all. */
  readonly shrinksOnLoad: boolean;
  /** Is scaled by light, not by the numbers that stand for it. */
  readonly linear: boolean;
  /** What is cut out before scaling; px as stored, 0 where all of a side is kept. */
  readonly kept: Size;
  /** What the sides are still to be multiplied by; as stored. */
  readonly scales: Size;
  /** What the scaled picture is cut down to; upright px. */
  readonly resultCrop: Size;
  /** What `extend` fills up to; upright px. */
  readonly target: Size;
  /** What `extend_aspect_ratio` fills up to; upright px. */
  readonly extendAspectRatio: Size;
  /** None where none is configured, or asked for. */
  readonly watermark?: Watermark;
  /** What imgproxy takes the finished picture for when it holds it to the limit; the resampler's rounding may differ. */
  readonly expected: Size;
}
