import type { Sharp } from "sharp";
import type { Deadline } from "../../deadline.ts";
import type { Options } from "../../options/index.ts";
import type { Limits } from "../../options/limits.ts";
import type { Metadata } from "../metadata/metadata.ts";
import type { ImageInfo } from "../plan.ts";

/** A source's file, and how it is to be read. */
export interface File {
  readonly bytes: Uint8Array;
  /** Pixels per inch that shapes are drawn at. @default 72, at their own size */
  readonly density?: number | undefined;
  /** The profile of a grey picture is kept. */
  readonly keepsProfile?: boolean | undefined;
  /** Its library's own limits do not hold. */
  readonly unlimited?: boolean | undefined;
}

/** A source whose header has been read. */
export interface Opened extends File {
  readonly info: ImageInfo;
  /** What the source was before its border was cut off. @default `info` */
  readonly origin?: ImageInfo;
  /** What it tells beside its pixels. */
  readonly metadata?: Metadata;
  /** The pixels, still undecoded; each call begins anew. */
  readonly pixels: () => Sharp;
  /** The pixels of some of its frames, counted from 0, each below the one before; where it has several. */
  readonly frames?: (from: number, count: number) => Sharp;
  /** Is to be drawn in a process that can be killed. */
  readonly hostile?: true;
  /** The watermark's file, where it is to be drawn. */
  readonly watermark?: Opened;
}

/** Reads a file's header, and its pixels when they are drawn, in the process it is called in. Rejects as a `Decoder` does. */
export type Reader = (file: File) => Promise<Opened>;

/** Reads a source's header. Rejects with a `Failure` when nothing can be drawn of it. */
export type Decoder = (
  bytes: Uint8Array,
  options: Options,
  limits: Limits,
  deadline: Deadline,
) => Promise<Opened>;
