import { formats, type WritableFormat } from "../../lambda/formats.ts";
import type { Options } from "./options.ts";
import { type Candidate, type Choice, type SizeRule, sizesText, srcset, srcsetText } from "./srcset.ts";
import type { ImageUrls } from "./urls.ts";
import { widthSteps } from "./widths.ts";

/** A picture in a page, or what is shown in its place while a condition holds. */
export interface Scene<Preset extends string = string> {
  /** URL of the source. */
  readonly source: string;
  /** CSS px, or any other measure: width and height are the ratio that a browser keeps free for it. */
  readonly width: number;
  readonly height: number;
  /** What else is asked of it. It is cut to the ratio, unless another resizing type is asked for. */
  readonly options?: Options<Preset> | undefined;
  /** @default - by width, from 320 px to 2560 px, `widthSteps()` */
  readonly choice?: Choice | undefined;
  /** How wide it is shown. @default "100vw" */
  readonly sizes?: string | readonly SizeRule[] | undefined;
}

export interface PictureProps<Preset extends string = string> extends Scene<Preset> {
  /** What it shows, in words; empty when it decorates. */
  readonly alt: string;
  /**
   * Formats offered, best first; the last one is for browsers that know no other.
   * @default - none is named: the function answers by what the browser accepts (`IMGPROXY_AUTO_*`)
   */
  readonly formats?: readonly WritableFormat[] | undefined;
  /** Other scenes, each while its condition holds; the first that does wins. */
  readonly art?:
    | readonly (Omit<Scene<Preset>, "source"> & { readonly media: string; readonly source?: string })[]
    | undefined;
  /** Shown until it is there: a data URL, as `placeholder` makes one. */
  readonly placeholder?: string | undefined;
  /** Further attributes of the `img`, by their HTML names. @default loading: lazy, decoding: async */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** Attributes by their HTML names, in order. */
export type Attributes = Readonly<Record<string, string>>;

/** The elements of a picture, as data. */
export interface Picture {
  /** Of each `source`; none where the `img` says it all. */
  readonly sources: readonly Attributes[];
  readonly img: Attributes;
}

/** The elements that show a picture: the right file for every screen, a format every browser reads, and no shift of the page when it comes. */
export function picture<Preset extends string>(
  images: ImageUrls<Preset>,
  props: PictureProps<Preset>,
): Picture {
  const { art = [], formats: named = [], alt, placeholder, attributes } = props;
  const last = named.at(-1);
  const others = named.slice(0, -1);
  const scenes = art.map(({ media, ...scene }) => ({
    media,
    scene: { ...scene, source: scene.source ?? props.source },
  }));
  const sources = [
    ...scenes.flatMap(({ media, scene }) => {
      const formatsOf = named.length > 0 ? named : [undefined];
      return formatsOf.map((format) => sourceOf(images, scene, format, media));
    }),
    ...others.map((format) => sourceOf(images, props, format)),
  ];
  const { candidates, ...shown } = attributesOf(images, props, last);
  const img = {
    src: fallback(candidates, props.width).url,
    ...shown,
    alt,
    loading: "lazy",
    decoding: "async",
    ...(placeholder && { style: `background: url("${placeholder}") center / cover no-repeat` }),
    ...attributes,
  };
  return { sources, img };
}

function sourceOf<Preset extends string>(
  images: ImageUrls<Preset>,
  scene: Scene<Preset>,
  format: WritableFormat | undefined,
  media?: string,
): Attributes {
  const { candidates: _, ...shown } = attributesOf(images, scene, format);
  return { ...(media && { media }), ...(format && { type: formats[format].mime }), ...shown };
}

function attributesOf<Preset extends string>(
  images: ImageUrls<Preset>,
  { source, width, height, options = {}, choice = { widths: widthSteps() }, sizes = "100vw" }: Scene<Preset>,
  format: WritableFormat | undefined,
) {
  const { resize, resizing_type = resize?.resizing_type ?? "fill", ...others } = options;
  const asked = { ...others, resize: { ...resize, resizing_type, width, height }, ...(format && { format }) };
  const candidates = srcset(images, source, asked, choice);
  return {
    candidates,
    srcset: srcsetText(candidates),
    ...("widths" in choice && { sizes: typeof sizes === "string" ? sizes : sizesText(sizes) }),
    width: String(width),
    height: String(height),
  };
}

/** For browsers that do not choose: the one of that width, or the next wider, or the widest. */
function fallback(candidates: readonly Candidate[], width: number): Candidate {
  const wide = candidates.find(
    ({ descriptor }) => !descriptor.endsWith("w") || Number.parseInt(descriptor, 10) >= width,
  );
  return wide ?? candidates.at(-1) ?? { url: "", descriptor: "" };
}
