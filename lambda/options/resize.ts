import { choice, factor, flag, px } from "../contract/args.ts";
import { compound, option, shorthand } from "../contract/option.ts";
import { extend } from "./extend.ts";

export const resizingType = option({
  name: "resizing_type",
  aliases: ["rt"],
  default: "fit",
  doc: "How the picture meets the size: fit inside it, fill it and be cut, fill-down (fill, but never enlarge), force both sides, or auto (fill when both lie or both stand, else fit).",
  example: "rt:fill",
  arg: choice(["fit", "fill", "fill-down", "force", "auto"]),
});

export const width = option({
  name: "width",
  aliases: ["w"],
  default: 0,
  doc: "Width in px; 0 follows from the height.",
  example: "w:300",
  arg: px(),
});

export const height = option({
  name: "height",
  aliases: ["h"],
  default: 0,
  doc: "Height in px; 0 follows from the width.",
  example: "h:200",
  arg: px(),
});

export const minWidth = option({
  name: "min-width",
  aliases: ["mw"],
  default: 0,
  doc: "Width in px the picture is enlarged to, even without enlarge.",
  example: "mw:300",
  arg: px(),
});

export const minHeight = option({
  name: "min-height",
  aliases: ["mh"],
  default: 0,
  doc: "Height in px the picture is enlarged to, even without enlarge.",
  example: "mh:200",
  arg: px(),
});

export const zoom = compound({
  name: "zoom",
  aliases: ["z"],
  doc: "Multiplies the size options for; one factor for both sides, or x and y.",
  example: "z:1.5:2",
  args: { x: factor(4), y: factor(4) },
  forgets: ({ x, y }) => (x !== undefined && y === undefined ? ["y"] : []),
});

export const dpr = option({
  name: "dpr",
  default: 1,
  doc: "Device pixels per CSS pixel: multiplies sizes, padding and offsets.",
  example: "dpr:2",
  arg: factor(4),
});

export const enlarge = option({
  name: "enlarge",
  aliases: ["el"],
  default: false,
  doc: "Allow the picture to grow beyond its source.",
  example: "el:1",
  arg: flag(),
});

export const size = shorthand({
  name: "size",
  aliases: ["s"],
  doc: "Width, height, enlarge and extend in one.",
  example: "s:300:200:1",
  of: [width, height, enlarge, extend],
});

export const resize = shorthand({
  name: "resize",
  aliases: ["rs"],
  doc: "Resizing type, width, height, enlarge and extend in one.",
  example: "rs:fill:300:200",
  of: [resizingType, width, height, enlarge, extend],
});

/** Whoever needs to know how large the picture is to be needs these. */
export const sizing = { resizingType, width, height, minWidth, minHeight, zoom, dpr, enlarge, extend };
