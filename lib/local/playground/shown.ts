import type { Size } from "../../../lambda/contract/canvas.ts";
import type { OptionValues } from "../../../lambda/contract/option.ts";
import { formatNamed, formats } from "../../../lambda/formats.ts";
import { type ImageUrls, pictureHtml, srcset, srcsetText, type WritableFormat } from "../../client/index.ts";

/** How one picture is asked for, in several languages. */
export interface Shown {
  readonly url: string;
  /** TypeScript, with the client. */
  readonly client: string;
  /** `picture`, of widths for all screens. */
  readonly html: string;
  readonly curl: string;
}

/** Formats that `picture` offers, best first. */
const offered: readonly WritableFormat[] = ["avif", "webp", "jpeg"];

/** What is to be written down. */
export interface Showing {
  /** Where pictures are served. */
  readonly base: string;
  readonly url: string;
  readonly source: string;
  readonly options: OptionValues;
  /** px of the result, which an HTML page keeps free for it; where they are not known there is no HTML. */
  readonly room: Size | undefined;
  /** URLs name presets and nothing else. */
  readonly onlyPresets: boolean;
}

/** Writes it down. Throws `InvalidUrl` on what the function would refuse. */
export const shownAs = (images: ImageUrls, showing: Showing): Shown => ({
  url: showing.url,
  client: clientCode(showing),
  html: htmlOf(images, showing),
  curl: `curl --fail --output picture ${quoted(showing.url)}`,
});

const clientCode = ({ base, source, options }: Showing) =>
  `import { imageUrls } from "shutterspeed/client";

const { IMGPROXY_KEY: key, IMGPROXY_SALT: salt } = process.env;
const images = imageUrls({ base: ${JSON.stringify(base)}, key, salt });

images.url(${JSON.stringify(source)}, ${literal(options)});
`;

/** A value as it is written in code. */
function literal(value: unknown, indent = ""): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(([name, one]) => {
    const key = /^[a-z_]\w*$/i.test(name) ? name : JSON.stringify(name);
    return `${inner}${key}: ${literal(one, inner)},\n`;
  });
  return lines.length === 0 ? "{}" : `{\n${lines.join("")}${indent}}`;
}

/** At its own size, and twice as dense; a preset has one size. */
const densities = (onlyPresets: boolean) => (onlyPresets ? [1] : [1, 2]);

/** In the format that was asked for, else in those offered. */
function htmlOf(images: ImageUrls, { source, options, room, onlyPresets }: Showing): string {
  if (!room) return "";
  const size = { width: String(room.width), height: String(room.height) };
  const choice = { densities: densities(onlyPresets) };
  const filesIn = (format: unknown) =>
    srcset(images, source, format === undefined ? options : { ...options, format }, choice);
  const [last, ...others] = (options.format === undefined ? offered : [options.format]).toReversed();
  const files = filesIn(last);
  const html = pictureHtml({
    sources: others.toReversed().flatMap((format) => {
      const known = formatNamed(String(format));
      return known ? [{ type: formats[known].mime, srcset: srcsetText(filesIn(format)), ...size }] : [];
    }),
    img: { src: files[0]?.url ?? "", srcset: srcsetText(files), ...size, alt: "", loading: "lazy" },
  });
  return html.replaceAll(/(?=<(source|img|\/picture))/g, "\n").trim();
}

/** For a shell: nothing in single quotes is special but they. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A picture as the page shows it; where URLs name presets alone there are none. */
export interface Previews {
  readonly small?: string;
  readonly large?: string;
}

/** In a format that every browser shows. */
export function previewsOf(images: ImageUrls, source: string): Previews {
  const at = (width: number, height: number) =>
    images.url(source, { resize: { width, height }, format: "webp" });
  return { small: at(320, 240), large: at(1600, 1200) };
}
