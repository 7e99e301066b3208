import { type Arg, refuse } from "../contract/args.ts";
import { option } from "../contract/option.ts";

/** Names of presets, as many as there are; they add to those used before. The parser puts in what they stand for. */
const names: Arg<readonly string[]> = {
  expects: "names of presets",
  control: { kind: "text" },
  arity: Infinity,
  words: ["name", "name…"],
  neutral: "",
  read(words, at) {
    const given: string[] = [];
    while (words.left > 0) given.push(words.take());
    return given.every(Boolean) ? given : refuse(at, "names of presets", "");
  },
  write: (given) => given,
  merge: (before, now) => [...before, ...now],
};

export const preset = option({
  name: "preset",
  aliases: ["pr"],
  default: [],
  doc: "Puts in the options of named presets from IMGPROXY_PRESETS.",
  example: "pr:thumb",
  arg: names,
});
