import { readFileSync } from "node:fs";

/** A block of the guide, in its order. */
export type Block =
  | { readonly file: string; readonly content: string }
  | { readonly commands: readonly Command[] };

/** A line of a block of shell. */
export interface Command {
  readonly line: string;
  /** Needs an account, and is not run. */
  readonly aws: boolean;
  /** Serves until it is told to stop. */
  readonly serves: boolean;
}

/** The blocks of a guide, up to a heading: files, named by the line before them, and commands. Throws where neither is told. */
export function blocksOf(guide: string, end?: string): readonly Block[] {
  const [text = ""] = readFileSync(new URL(`../../${guide}`, import.meta.url), "utf8").split(end ?? "\0");
  const fenced = /(?:^ *`([\w.-]+)`[^\n]*:\n\n)?^( *)```(\w+)\n(.*?)^\2```$/gms;
  return [...text.matchAll(fenced)].map(([, file, indent = "", language, body = ""]) => {
    const content = body.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    if (language === "sh") return { commands: content.trim().split("\n").map(commandIn) };
    if (file === undefined) throw new Error(`expected before the block the name of its file: ${content}`);
    return { file, content };
  });
}

function commandIn(line: string): Command {
  const [, command = line, mark] = /^(.*?)(?: +# (AWS|until Ctrl-C))?$/.exec(line) ?? [];
  return { line: command, aws: mark === "AWS", serves: mark === "until Ctrl-C" };
}
