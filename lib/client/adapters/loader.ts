import type { ImageUrls } from "../urls.ts";

/** What next/image asks its loader. */
export interface LoaderProps {
  readonly src: string;
  /** px of the file. */
  readonly width: number;
  /** 1–100 */
  readonly quality?: number | undefined;
}

/** Writes the URL of one file. */
export type Loader = (asked: LoaderProps) => string;

/**
 * A loader of next/image for the browser, without keys: it leads to a route of yours that signs, `signingRoute`.
 * @example export default signedLoader("/images")
 */
export const signedLoader =
  (route: string): Loader =>
  ({ src, width, quality }) => {
    const query = new URLSearchParams({ src, width: String(width) });
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
  <Preset extends string>({ images, source, preset }: PresetLoaderProps<Preset>): Loader =>
  ({ src, width }) =>
    images.url(source(src), { preset: [preset(width)] });
