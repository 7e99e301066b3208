import type { Attributes, Picture } from "./picture.ts";

/** A picture as HTML: `picture`, or the `img` alone where it says it all. */
export function pictureHtml({ sources, img }: Picture): string {
  const shown = tag("img", img);
  return sources.length === 0
    ? shown
    : `<picture>${sources.map((source) => tag("source", source)).join("")}${shown}</picture>`;
}

const tag = (name: string, attributes: Attributes) =>
  `<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join("")}>`;

const escaped = (text: string) => text.replace(/[&"<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);
