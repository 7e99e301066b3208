import { formatNamed, isWritable } from "../../../lambda/formats.ts";
import type { Options } from "../options.ts";
import type { ImageUrls } from "../urls.ts";
import { type SignedLoaderProps, signedLoader } from "./loader.ts";
import { wholeNumber } from "./numbers.ts";

/** What unpic asks of a picture: its own four operations, and every option that a page writes beside them. */
export interface UnpicOperations<Preset extends string = string>
  extends Omit<Options<Preset>, "width" | "height" | "format" | "quality"> {
  /** px */
  width?: number | string;
  /** px; beside a width the picture fills both, and what stands out is cut off. */
  height?: number | string;
  /** Without it, or where it cannot be written, the function chooses. */
  format?: string;
  /** 1–100 */
  quality?: number | string;
}

/** unpic's `transformer`. */
export type UnpicTransformer<Preset extends string = string> = (
  src: string | URL,
  operations: UnpicOperations<Preset>,
) => string;

/** What a transformer that signs needs. */
export interface UnpicProps<Preset extends string = string> {
  /** With the keys: on the server, or when the site is built. */
  readonly images: ImageUrls<Preset>;
  /** The URL of the source that a page means by `src`. @default - the same */
  readonly source?: ((src: string) => string) | undefined;
  /** What is asked of every picture. */
  readonly options?: Options<Preset> | undefined;
}

/**
 * A transformer for unpic's components (`@unpic/react/base`, …) and `@unpic/core/base` that signs. Throws one sentence on what the function
 * would refuse.
 * @example <Image transformer={unpicTransformer({ images })} src="s3://pictures/cat.jpg" width={800} height={600} alt="" />
 */
export const unpicTransformer =
  <Preset extends string>({
    images,
    source = String,
    options,
  }: UnpicProps<Preset>): UnpicTransformer<Preset> =>
  (src, { width, height, format, quality, ...others }) => {
    const [w, h, q] = [width, height, quality].map(wholeNumber);
    const named = formatNamed(format ?? "");
    const sides = {
      ...(w !== undefined && { width: w }),
      ...(h !== undefined && { height: h }),
    };
    return images.url(source(String(src)), {
      ...options,
      // What is smaller than asked for is not enlarged, but has the shape that was asked for.
      ...(w !== undefined && h !== undefined ? { resize: { resizing_type: "fill-down", ...sides } } : sides),
      ...(named && isWritable(named) && { format: named }),
      ...(q !== undefined && { quality: q }),
      ...others,
    });
  };

/**
 * The same for the browser, without keys: it leads to a route of yours that signs, `signingRoute`. unpic's own style cuts off what stands out,
 * so that only widths are asked for.
 * @example signedTransformer("/images", { widths: [640, 1080, 1920] })
 */
export function signedTransformer(route: string, props: SignedLoaderProps = {}): UnpicTransformer {
  const load = signedLoader(route, props);
  return (src, { width, quality }) =>
    load({ src: String(src), width: wholeNumber(width), quality: wholeNumber(quality) });
}
