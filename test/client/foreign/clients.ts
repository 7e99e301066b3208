import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import pb from "@bitpatty/imgproxy-url-builder";
import { generateUrl } from "@imgproxy/imgproxy-js-core";
import { generateImageUrl } from "@imgproxy/imgproxy-node";
import { Imgproxy } from "imgproxy";
import project from "../../../package.json" with { type: "json" };
import { LATER } from "./effects.ts";

/** Where the pictures are, and what signs. */
export interface Place {
  readonly base: string;
  readonly key: string;
  readonly salt: string;
}

/** What is asked of a client for one of its options: others may have to stand beside it. */
export type Asked = Readonly<Record<string, unknown>>;

/** A client of others: what it knows, how it is asked for each effect, and the URL it writes. */
export interface ForeignClient {
  readonly name: string;
  readonly version: string;
  /** Its options by each of their names, the first of which is the client's main one; told by the package itself. */
  readonly knows: readonly (readonly string[])[];
  /** By option: the effect, and what is asked for it. Several, where an option is asked for in several ways. */
  readonly asks: Readonly<Record<string, readonly (readonly [effect: string, asked: Asked])[]>>;
  /** Options of imgproxy Pro among those it knows. */
  readonly pro: Readonly<Record<string, unknown>>;
  /** Options that the client itself spells otherwise than imgproxy, which refuses them, too; or does not spell at all. */
  readonly mistakes?: Readonly<Record<string, { readonly value: unknown; readonly status: 200 | 404 }>>;
  /** The URL, its source written plainly and, where the client can, in base64. */
  urls(place: Place, source: string, asked: Asked): readonly string[];
  /** Signs nothing itself. */
  readonly unsigned?: true;
}

const require = createRequire(import.meta.url);

/** The version that package.json asks for, exactly. */
function versionOf(name: keyof typeof project.devDependencies): string {
  return project.devDependencies[name];
}

/** The names of imgproxy-js-core's options, told by its types: an interface for each, with its aliases. */
function namesOfCore(): readonly (readonly string[])[] {
  const types = readFileSync(require.resolve("@imgproxy/imgproxy-js-core").replace(/cjs$/, "d.ts"), "utf8");
  const code = types.replaceAll(/\/\*.*?\*\//gs, "");
  const [, all = ""] = /^export type Options = (.*);$/m.exec(code) ?? [];
  return all.split(" & ").map((one) => {
    const [, body = ""] = new RegExp(`interface ${one} \\{(.*?)^\\}`, "ms").exec(code) ?? [];
    return [...body.matchAll(/^\t(\w+)\?:/gm)].map(([, name = ""]) => name);
  });
}

const sides = { width: 90, height: 90 };

/** imgproxy's own two clients take the same. */
const core = {
  knows: namesOfCore(),
  asks: {
    resize: [["resize", { resize: { resizing_type: "fill", width: 90, height: 60 } }]],
    size: [["size", { size: sides }]],
    resizing_type: [["resizingType", { resizing_type: "fill", ...sides }]],
    width: [["width", { width: 90 }]],
    height: [["height", { height: 60 }]],
    min_width: [["minWidth", { min_width: 150, width: 90 }]],
    min_height: [["minHeight", { min_height: 100, height: 60 }]],
    zoom: [
      ["zoom", { zoom: 0.5 }],
      ["zoom", { zoom: { zoom_x: 0.5, zoom_y: 0.5 } }],
    ],
    dpr: [["dpr", { dpr: 2, width: 90 }]],
    enlarge: [["enlarge", { enlarge: true, width: 600 }]],
    extend: [["extend", { extend: { extend: true, gravity: { type: "no" } }, ...sides }]],
    extend_aspect_ratio: [
      ["extendAspectRatio", { extend_aspect_ratio: { extend: 1, gravity: { type: "no" } }, ...sides }],
    ],
    gravity: [["gravity", { gravity: { type: "so" }, resizing_type: "fill", ...sides }]],
    crop: [["crop", { crop: { width: 90, height: 60, gravity: { type: "so" } } }]],
    trim: [["trim", { trim: { threshold: 10 } }]],
    padding: [["padding", { padding: { top: 10, right: 20, bottom: 10, left: 20 } }]],
    auto_rotate: [
      ["autoRotate", { auto_rotate: true }],
      ["notAutoRotate", { auto_rotate: false }],
    ],
    rotate: [["rotate", { rotate: 90 }]],
    flip: [["flip", { flip: { horizontal: true, vertical: false } }]],
    background: [
      ["background", { background: "ff8800" }],
      ["background", { background: { r: 255, g: 136, b: 0 } }],
    ],
    blur: [["blur", { blur: 3 }]],
    sharpen: [["sharpen", { sharpen: 2 }]],
    pixelate: [["pixelate", { pixelate: 8 }]],
    watermark: [
      ["watermark", { watermark: { opacity: 0.5, position: "soea", x_offset: 5, y_offset: 6, scale: 0.2 } }],
    ],
    quality: [["quality", { quality: 40 }]],
    format_quality: [["formatQuality", { format_quality: [{ format: "jpg", quality: 30 }] }]],
    format: [["format", { format: "webp" }]],
    max_bytes: [["maxBytes", { max_bytes: 6000 }]],
    strip_metadata: [
      ["stripMetadata", { strip_metadata: true }],
      ["notStripMetadata", { strip_metadata: false }],
    ],
    keep_copyright: [
      ["keepCopyright", { keep_copyright: 1 }],
      ["notKeepCopyright", { keep_copyright: false }],
    ],
    strip_color_profile: [
      ["stripColorProfile", { strip_color_profile: "t" }],
      ["notStripColorProfile", { strip_color_profile: false }],
    ],
    enforce_thumbnail: [["enforceThumbnail", { enforce_thumbnail: true }]],
    preserve_hdr: [["preserveHdr", { preserve_hdr: true }]],
    raw: [["raw", { raw: true }]],
    preset: [["preset", { preset: ["thumb"] }]],
    cachebuster: [["cachebuster", { cachebuster: "abc" }]],
    expires: [["expires", { expires: LATER }]],
    filename: [
      ["filename", { filename: { name: "holiday" } }],
      ["filename", { filename: { name: "aG9saWRheQ", encoded: true } }],
    ],
    return_attachment: [["returnAttachment", { return_attachment: true }]],
    max_src_resolution: [["maxSrcResolution", { max_src_resolution: 0.01 }]],
    max_src_file_size: [["maxSrcFileSize", { max_src_file_size: 100 }]],
    max_animation_frames: [["maxAnimationFrames", { max_animation_frames: 1 }]],
    max_animation_frame_resolution: [
      ["maxAnimationFrameResolution", { max_animation_frame_resolution: 0.01 }],
    ],
    max_result_dimension: [["maxResultDimension", { max_result_dimension: 90 }]],
    wild_options: [["width", { wild_options: [["width", 90]] }]],
  },
  pro: {
    adjust: { brightness: 9 },
    autoquality: { method: "dssim", target: 0.02 },
    avif_options: "auto",
    background_alpha: 0.5,
    blur_areas: { sigma: 2, areas: [{ left: 0, top: 0, width: 0.5, height: 0.5 }] },
    blur_detections: { sigma: 2, class_names: ["face"] },
    brightness: 9,
    bypass_cache: true,
    cache_tags: ["a"],
    color_profile: "srgb",
    colorize: { opacity: 0.5, color: "ff8800" },
    contrast: 1.1,
    crop_aspect_ratio: { aspect_ratio: 1 },
    crop_objects: { scale_factor: 1 },
    disable_animation: true,
    duotone: { intensity: 1 },
    dpi: 72,
    draw_detections: { draw: true },
    fallback_image_url: "aHR0cDovL2g",
    gradient: { opacity: 0.5 },
    jpeg_options: { progressive: true },
    monochrome: { intensity: 1 },
    objects_position: { type: "prop" },
    page: 1,
    pages: 2,
    png_options: { interlaced: true },
    progressive_blur: { sigma: 2 },
    resizing_algorithm: "cubic",
    saturation: 1.1,
    unsharp_masking: { mode: "auto" },
    video_thumbnail_animation: { step: 1, delay: 100, frames: 2, frame_width: 90, frame_height: 60 },
    video_thumbnail_keyframes: true,
    video_thumbnail_second: 1,
    video_thumbnail_tile: { step: 1, columns: 2, rows: 2, tile_width: 90, tile_height: 60 },
    watermark_shadow: 1,
    watermark_size: { width: 90, height: 60 },
    watermark_text: "hello",
    watermark_url: "aHR0cDovL2g",
    webp_options: "lossless",
  },
  mistakes: {
    // Writes sp, where imgproxy reads skp.
    skip_processing: { value: ["jpg"], status: 404 },
    // Of Pro: stl for st, and nothing for wmr.
    style: { value: "fill:red", status: 404 },
    watermark_rotate: { value: 45, status: 200 },
  },
} as const;

const base64 = (text: string) => Buffer.from(text).toString("base64url");

const jsCore: ForeignClient = {
  name: "@imgproxy/imgproxy-js-core",
  version: versionOf("@imgproxy/imgproxy-js-core"),
  ...core,
  unsigned: true,
  urls: ({ base }, source, asked) => [
    `${base}/unsafe${generateUrl({ value: source, type: "plain" }, asked)}`,
    `${base}/unsafe${generateUrl({ value: base64(source), type: "base64" }, asked)}`,
  ],
};

const ofNode: ForeignClient = {
  name: "@imgproxy/imgproxy-node",
  version: versionOf("@imgproxy/imgproxy-node"),
  ...core,
  urls: ({ base, key, salt }, source, options) =>
    (["plain", "base64"] as const).map((displayAs) =>
      generateImageUrl({ endpoint: base, url: { value: source, displayAs }, options, key, salt }),
    ),
};

/** The methods of a builder that are options. */
const methods = (builder: object, others: readonly string[]) =>
  Object.getOwnPropertyNames(builder)
    .filter((name) => !others.includes(name))
    .map((name) => [name]);

/** Calls a method of a builder for each thing that is asked. */
function built<Builder extends object>(builder: Builder, asked: Asked): Builder {
  for (const [name, words] of Object.entries(asked)) {
    const method = Reflect.get(builder, name);
    if (typeof method !== "function") throw new Error(`${name}: expected a method`);
    Reflect.apply(method, builder, Array.isArray(words) ? words : [words]);
  }
  return builder;
}

const resized = { resize: { type: "fill", width: 90, height: 90 } };
const fitted = { resize: { width: 90, height: 90 } };
const wide = { resize: { width: 90 } };

const bitpatty: ForeignClient = {
  name: "@bitpatty/imgproxy-url-builder",
  version: versionOf("@bitpatty/imgproxy-url-builder"),
  knows: methods(Object.getPrototypeOf(pb()), ["constructor", "clone", "unset", "build", "getExtension"]),
  asks: {
    resize: [
      ["resize", { resize: { type: "fill", width: 90, height: 60 } }],
      ["width", wide],
      ["height", { resize: { height: 60 } }],
    ],
    minWidth: [["minWidth", { minWidth: 150, ...wide }]],
    minHeight: [["minHeight", { minHeight: 100, resize: { height: 60 } }]],
    zoom: [["zoom", { zoom: 0.5 }]],
    dpr: [["dpr", { dpr: 2, ...wide }]],
    enlarge: [["enlarge", { enlarge: [], resize: { width: 600 } }]],
    extend: [["extend", { extend: { gravity: { type: "no" } }, ...fitted }]],
    extendAspectRatio: [["extendAspectRatio", { extendAspectRatio: { gravity: { type: "no" } }, ...fitted }]],
    gravity: [["gravity", { gravity: { type: "so" }, ...resized }]],
    crop: [["crop", { crop: { width: 90, height: 60, gravity: { type: "so" } } }]],
    trim: [["trim", { trim: { threshold: 10 } }]],
    pad: [["padding", { pad: { top: 10, right: 20, bottom: 10, left: 20 } }]],
    autoRotate: [["autoRotate", { autoRotate: [] }]],
    rotate: [["rotate", { rotate: 90 }]],
    background: [
      ["background", { background: "ff8800" }],
      ["background", { background: { r: 255, g: 136, b: 0 } }],
    ],
    blur: [["blur", { blur: 3 }]],
    sharpen: [["sharpen", { sharpen: 2 }]],
    pixelate: [["pixelate", { pixelate: 8 }]],
    watermark: [
      ["watermark", { watermark: { opacity: 0.5, position: "soea", offset: { x: 5, y: 6 }, scale: 0.2 } }],
    ],
    quality: [["quality", { quality: 40 }]],
    formatQuality: [["formatQuality", { formatQuality: { jpg: 30 } }]],
    format: [["format", { format: "webp" }]],
    maxBytes: [["maxBytes", { maxBytes: 6000 }]],
    stripMetadata: [["stripMetadata", { stripMetadata: [] }]],
    keepCopyright: [["keepCopyright", { keepCopyright: [] }]],
    stripColorProfile: [["stripColorProfile", { stripColorProfile: [] }]],
    enforceThumbnail: [["enforceThumbnail", { enforceThumbnail: [] }]],
    skipProcessing: [["skipProcessing", { skipProcessing: [["jpg"]] }]],
    raw: [["raw", { raw: [] }]],
    preset: [["preset", { preset: "thumb" }]],
    cacheBuster: [["cachebuster", { cacheBuster: "abc" }]],
    expires: [
      ["expires", { expires: LATER }],
      ["expires", { expires: new Date(LATER * 1000) }],
    ],
    fileName: [
      ["filename", { fileName: "holiday" }],
      ["filename", { fileName: ["aG9saWRheQ", true] }],
    ],
    returnAttachment: [["returnAttachment", { returnAttachment: [] }]],
  },
  pro: {
    adjust: { brightness: 9 },
    backgroundAlpha: 0.5,
    blurDetections: { sigma: 2 },
    brightness: 9,
    contrast: 1.1,
    disableAnimation: [],
    dpi: 72,
    drawDetections: { classNames: ["face"] },
    duotone: { intensity: 1, color1: "000", color2: "fff" },
    fallbackImageUrl: "http://h/",
    gifOptions: { optimizeFrames: true },
    gradient: { opacity: 0.5 },
    hashsum: { hashsum: "abc", type: "md5" },
    jpegOptions: { progressive: true },
    monochrome: { intensity: 1 },
    page: 1,
    pngOptions: { interlaced: true },
    resizingAlgorithm: "cubic",
    saturation: 1.1,
    style: { fill: "red" },
    unsharpen: { mode: "auto" },
    videoThumbnailKeyframes: true,
    videoThumbnailSecond: 1,
    videoThumbnailTile: { step: 1, columns: 2, rows: 2, tileWidth: 90, tileHeight: 60 },
    watermarkShadow: 1,
    watermarkSize: { width: 90 },
    watermarkText: "hello",
    watermarkUrl: "http://h/",
  },
  urls: ({ base: baseUrl, key, salt }, path, asked) =>
    [true, false].map((plain) =>
      built(pb(), asked).build({ path, baseUrl, plain, signature: { key, salt } }),
    ),
};

const builderOf = ({ base: baseUrl, key, salt }: Place, encode: boolean) =>
  new Imgproxy({ baseUrl, encode, key, salt, insecure: false }).builder();

const npmImgproxy: ForeignClient = {
  name: "imgproxy",
  version: versionOf("imgproxy"),
  knows: methods(Object.getPrototypeOf(builderOf({ base: "", key: "", salt: "" }, false)), [
    ...["constructor", "serializeOptions", "clearOption"],
  ]),
  asks: {
    resize: [["resize", { resize: ["fill", 90, 60] }]],
    size: [["size", { size: [90, 90] }]],
    resizingType: [["resizingType", { resizingType: "fill", width: 90, height: 90 }]],
    width: [["width", { width: 90 }]],
    height: [["height", { height: 60 }]],
    minWidth: [["minWidth", { minWidth: 150, width: 90 }]],
    minHeight: [["minHeight", { minHeight: 100, height: 60 }]],
    dpr: [["dpr", { dpr: 2, width: 90 }]],
    enlarge: [["enlarge", { enlarge: 1, width: 600 }]],
    gravity: [["gravity", { gravity: "so", resizingType: "fill", width: 90, height: 90 }]],
    quality: [["quality", { quality: 40 }]],
    background: [
      ["background", { background: "ff8800" }],
      ["background", { background: { r: 255, g: 136, b: 0 } }],
    ],
    blur: [["blur", { blur: 3 }]],
    sharpen: [["sharpen", { sharpen: 2 }]],
    watermark: [["watermark", { watermark: [0.5, "soea", { x: 5, y: 6 }, 0.2] }]],
    preset: [["preset", { preset: "thumb" }]],
    cacheBuster: [["cachebuster", { cacheBuster: "abc" }]],
    format: [["format", { format: "webp" }]],
    maxBytes: [["maxBytes", { maxBytes: 6000 }]],
    expires: [["expires", { expires: LATER }]],
    crop: [["crop", { crop: [90, 60, "so"] }]],
    setOption: [["pixelate", { setOption: ["pix", "8"] }]],
  },
  pro: {},
  urls: (place, source, asked) =>
    [true, false].map((encode) => built(builderOf(place, encode), asked).generateUrl(source)),
};

/** All that are small enough to be installed with the repository. */
export const clients: readonly ForeignClient[] = [ofNode, jsCore, bitpatty, npmImgproxy];
