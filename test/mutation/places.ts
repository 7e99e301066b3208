import { parse } from "@babel/parser";
import type { Node } from "@babel/types";
import { isMutated } from "./unmutated.ts";

/** A node of the syntax tree, with what stands around it, nearest first. */
export interface Place {
  readonly node: Node;
  readonly around: readonly Node[];
  /** The whole file. */
  readonly source: string;
}

/** All places of a file that may be mutated, in order. Throws where the file does not parse. */
export function placesOf(file: string, source: string): readonly Place[] {
  return [...within({ node: parsed(file, source), around: [], source })];
}

/** The file still parses. */
export function parses(file: string, source: string): boolean {
  try {
    parsed(file, source);
    return true;
  } catch {
    return false;
  }
}

/** From where to where a node stands. */
export const range = ({ start, end }: Node) => ({ start: start ?? 0, end: end ?? 0 });

const parsed = (file: string, source: string): Node =>
  parse(source, {
    sourceType: file.endsWith(".ts") ? "module" : "script",
    plugins: file.endsWith(".ts") ? ["typescript"] : [],
  }).program;

function* within(place: Place): Generator<Place> {
  if (!isMutated(place)) return;
  yield place;
  const around = [place.node, ...place.around];
  for (const node of children(place.node)) yield* within({ ...place, node, around });
}

/** Its nodes one level down, without its comments. */
const children = (node: Node): readonly Node[] =>
  Object.entries(node).flatMap(([key, value]) =>
    key.endsWith("Comments") ? [] : [value].flat().filter(isNode),
  );

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value;
