import { BrokenSource } from "../../errors.ts";
import { hasCalls, startCodec } from "../wasm.ts";

/** As much of libheif's C as is called. Pointers are numbers; what fails writes an error where its first argument points to. */
interface Libheif {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _heif_context_alloc(): number;
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    bytes: number,
    length: number,
    options: number,
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void;
  _heif_image_handle_get_width(handle: number): number;
  _heif_image_handle_get_height(handle: number): number;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_image_handle_get_raw_color_profile_size(handle: number): number;
  _heif_image_handle_get_raw_color_profile(error: number, handle: number, profile: number): void;
  _heif_decode_image(
    error: number,
    handle: number,
    image: number,
    colorspace: number,
    chroma: number,
    options: number,
  ): void;
  _heif_image_get_width(image: number, channel: number): number;
  _heif_image_get_height(image: number, channel: number): number;
  _heif_image_get_plane_readonly(image: number, channel: number, stride: number): number;
}

const called = [
  "_malloc",
  "_heif_context_alloc",
  "_heif_context_read_from_memory_without_copy",
  "_heif_context_get_primary_image_handle",
  "_heif_image_handle_get_width",
  "_heif_image_handle_get_height",
  "_heif_image_handle_has_alpha_channel",
  "_heif_image_handle_get_raw_color_profile_size",
  "_heif_image_handle_get_raw_color_profile",
  "_heif_decode_image",
  "_heif_image_get_width",
  "_heif_image_get_height",
  "_heif_image_get_plane_readonly",
] as const satisfies readonly (keyof Libheif)[];

const isLibheif = (codec: object): codec is Libheif => hasCalls(codec, called);

/** Numbers of libheif's for what is wanted of it. */
const [RGB, INTERLEAVED_RGB, INTERLEAVED_RGBA, INTERLEAVED] = [1, 10, 11, 10];

/** The first picture of a file, upright, at 8 bits a channel. */
export interface HeifImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** What its colours are, where the file says so. */
  readonly profile: Uint8Array;
  /** Decodes, and hands over each line. */
  decode(each: (line: Uint8Array, y: number) => void): void;
}

/** Reads a file's header with a libheif of its own, so that its memory goes with it. */
export async function heifImage(bytes: Uint8Array): Promise<HeifImage> {
  const heif = await startLibheif();
  const handle = primaryImage(heif, bytes);
  const image = {
    width: heif._heif_image_handle_get_width(handle),
    height: heif._heif_image_handle_get_height(handle),
    channels: heif._heif_image_handle_has_alpha_channel(handle) ? 4 : 3,
    profile: profileOf(heif, handle),
  } as const;
  return { ...image, decode: (each) => decode(heif, handle, image, each) };
}

function primaryImage(heif: Libheif, bytes: Uint8Array): number {
  const call = calling(heif);
  const context = heif._heif_context_alloc();
  const file = copied(heif, bytes);
  call((error) => heif._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0));
  return call((error, result) => heif._heif_context_get_primary_image_handle(error, context, result));
}

function decode(
  heif: Libheif,
  handle: number,
  { width, height, channels }: Pick<HeifImage, "width" | "height" | "channels">,
  each: (line: Uint8Array, y: number) => void,
): void {
  const chroma = channels === 4 ? INTERLEAVED_RGBA : INTERLEAVED_RGB;
  const image = calling(heif)((error, result) =>
    heif._heif_decode_image(error, handle, result, RGB, chroma, 0),
  );
  const [across, down] = [
    heif._heif_image_get_width(image, INTERLEAVED),
    heif._heif_image_get_height(image, INTERLEAVED),
  ];
  if (across !== width || down !== height)
    throw new BrokenSource(`HEIC: ${across}x${down} where ${width}x${height} is said`);
  const stride = heif._malloc(4);
  const plane = heif._heif_image_get_plane_readonly(image, INTERLEAVED, stride);
  const step = heif.HEAPU32[stride / 4] ?? 0;
  for (let y = 0; y < height; y++) {
    const start = plane + y * step;
    each(heif.HEAPU8.subarray(start, start + width * channels), y);
  }
}

const startLibheif = async (): Promise<Libheif> =>
  startCodec(
    await import("libheif-js/libheif-wasm/libheif.js"),
    "libheif-js/libheif-wasm/libheif.wasm",
    isLibheif,
  );

function copied(heif: Libheif, bytes: Uint8Array): number {
  const at = heif._malloc(bytes.length);
  heif.HEAPU8.set(bytes, at);
  return at;
}

/** Calls what writes an error and perhaps a result, which it returns. Throws `BrokenSource` with what the error says. */
const calling = (heif: Libheif) => (call: (error: number, result: number) => void) => {
  const error = heif._malloc(16);
  const result = error + 12;
  call(error, result);
  if (heif.HEAPU32[error / 4] !== 0)
    throw new BrokenSource(`HEIC: ${textAt(heif, heif.HEAPU32[error / 4 + 2] ?? 0)}`);
  return heif.HEAPU32[result / 4] ?? 0;
};

function textAt(heif: Libheif, at: number): string {
  const end = heif.HEAPU8.indexOf(0, at);
  return Buffer.from(heif.HEAPU8.subarray(at, end)).toString("latin1");
}

function profileOf(heif: Libheif, handle: number): Uint8Array {
  const length = heif._heif_image_handle_get_raw_color_profile_size(handle);
  if (length === 0) return new Uint8Array();
  const at = heif._malloc(length);
  calling(heif)((error) => heif._heif_image_handle_get_raw_color_profile(error, handle, at));
  return heif.HEAPU8.slice(at, at + length);
}
