import type { ImageUrls } from "../urls.ts";
import { atLeast } from "./numbers.ts";

/** What next/image asks its loader. Others ask without a width, too. */
export interface LoaderProps {
  readonly src: string;
  /** px of the file. */
  readonly width?: number | undefined;
  /** 1–100 */
  readonly quality?: number | undefined;
}

/** Writes the URL of one file. */
export type Loader = (asked: LoaderProps) => string;

/** What a loader knows of the route it leads to. */
export interface SignedLoaderProps {
  /**
   * px; those that the route signs. What lies between is rounded up to the next of them, and what says no width has the widest.
   * @default - the width goes to the route as it was asked
   */
  readonly widths?: readonly number[] | undefined;
}

/**
 * A loader of next/image for the browser, without keys: it leads to a route of yours that signs, `signingRoute`.
 * @example export default signedLoader("/images")
 */
export const signedLoader =
  (route: string, { widths }: SignedLoaderProps = {}): Loader =>
  ({ src, width, quality }) => {
    const query = new URLSearchParams({ src });
    const px = atLeast(width, widths);
    if (px !== undefined) query.set("width", String(px));
    if (quality !== undefined) query.set("quality", String(quality));
    return `${route}?${query}`;
  };

/** What a loader of presets needs. */
export interface PresetLoaderProps<Preset extends string> {
  /** Without keys; with `onlyPresets` as the function. */
  readonly images: ImageUrls<Preset>;
  /** The URL of the source that a page means by `src`. */
  readonly source: (src: string) => string;
  /** The preset for a width, such as `w640`. */
  readonly preset: (width: number) => Preset;
}

/**
 * A loader of next/image for functions that know presets alone (`IMGPROXY_ONLY_PRESETS`): what can be asked is bounded, so nothing is signed.
 * @example export default presetLoader({ images, source: (src) => `s3://pictures${src}`, preset: (width) => `w${width}` })
 */
export const presetLoader =
  <Preset extends string>({ images, source, preset }: PresetLoaderProps<Preset>) =>
  ({ src, width }: LoaderProps & { readonly width: number }): string =>
    images.url(source(src), { preset: [preset(width)] });
