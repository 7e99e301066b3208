import { type Arg, flag, integer, refuse, text } from "../contract/args.ts";
import { fromBase64url, toBase64url } from "../contract/base64.ts";
import { option } from "../contract/option.ts";

export const cachebuster = option({
  name: "cachebuster",
  aliases: ["cb"],
  doc: "Changes the URL and nothing else.",
  example: "cb:v2",
  arg: text("any text"),
});

export const expires = option({
  name: "expires",
  aliases: ["exp"],
  default: 0,
  doc: "Unix time in seconds after which the URL is no longer served; 0 and less is never.",
  example: "exp:4102444800",
  arg: integer("a unix time in seconds", -Infinity, Infinity),
});

/** A name as it is, or in base64 with a true word after it. */
const name: Arg<string> = {
  ...text("a file name, in base64 when followed by 1"),
  arity: 2,
  words: ["name", "encoded"],
  read(words, at) {
    const given = words.take();
    if (words.left === 0 || !flag().read(words, at)) return given;
    return fromBase64url(given) ?? refuse(at, "base64 without +, / and spaces", given);
  },
  write: (value) => (/^[\w.-]*$/.test(value) ? [value] : [toBase64url(value), "1"]),
};

export const filename = option({
  name: "filename",
  aliases: ["fn"],
  default: "",
  doc: "The name the picture is saved under, without extension; base64 when followed by 1.",
  example: "fn:cat",
  arg: name,
});

export const returnAttachment = option({
  name: "return_attachment",
  aliases: ["att"],
  default: false,
  doc: "Have browsers save the picture instead of showing it.",
  example: "att:1",
  arg: flag(),
});

export const raw = option({
  name: "raw",
  default: false,
  doc: "Answers the source as it is, whatever else is asked; no more than 6 MB where nothing may be kept, unless answers are streamed.",
  example: "raw:1",
  arg: flag(),
});
