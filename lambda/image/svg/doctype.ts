import { BrokenSvg } from "../../errors.ts";

/** A document type, and the entities that it gives a value. */
export interface Doctype {
  /** As it is written, without what could bring markup into the document. */
  readonly text: string;
  readonly entities: ReadonlyMap<string, string>;
}

const literal = `("[^"]*"|'[^']*')`;
const head = new RegExp(
  `^<!DOCTYPE\\s+[^\\s<>"'[\\]]+(\\s+(SYSTEM\\s+${literal}|PUBLIC\\s+${literal}\\s+${literal}))?\\s*`,
);

/** What an internal subset is made of. */
const declaration = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!(?:"[^"]*"|'[^']*'|[^"'<>])*>|%[^\s;%]+;|\s+/y;

/** Declarations that say nothing but text: no markup, no other entity, no value for an attribute that has none. */
const harmless = /^(\s+|<!--[\s\S]*-->|<!(ELEMENT|ATTLIST)\s[^<>"'%&]*>)$/;
const entity =
  /^<!ENTITY\s+(?!(?:lt|gt|amp|apos|quot)\s)([^\s%&;"'<>]+)\s+(?:"([^"<&%]*)"|'([^'<&%]*)')\s*>$/;

/** Characters of an entity's value, and of all that is declared; longer ones only serve to blow a document up. */
const [MAX_VALUE, MAX_DOCTYPE] = [1000, 32 * 1024];

/** Reads `<!DOCTYPE …>`. Throws `BrokenSvg` on what is none. */
export function readDoctype(written: string): Doctype {
  if (written.length > MAX_DOCTYPE) throw new BrokenSvg(`a DOCTYPE of more than ${MAX_DOCTYPE} characters`);
  const [start = ""] = head.exec(written) ?? [];
  const subset = written.slice(start.length, -1);
  if (start === "" || !written.endsWith(">")) throw new BrokenSvg("a DOCTYPE that is none");
  if (subset === "") return { text: written, entities: new Map() };
  const end = subset.trimEnd();
  if (!end.startsWith("[") || !end.endsWith("]")) throw new BrokenSvg("a DOCTYPE that is none");
  const kept: string[] = [];
  const entities = new Map<string, string>();
  for (const said of declarationsIn(end.slice(1, -1))) {
    const [, name, double, single] = entity.exec(said) ?? [];
    const value = double ?? single ?? "";
    // The first to name an entity is right.
    const given = name !== undefined && value.length <= MAX_VALUE && !entities.has(name);
    if (given) entities.set(name, value);
    if (given || harmless.test(said)) kept.push(said);
  }
  return { text: `${start}[${kept.join("")}]${subset.slice(end.length)}>`, entities };
}

function* declarationsIn(subset: string): Generator<string> {
  declaration.lastIndex = 0;
  for (let at = 0; at < subset.length; at = declaration.lastIndex) {
    declaration.lastIndex = at;
    const [said] = declaration.exec(subset) ?? [];
    if (said === undefined) throw new BrokenSvg("a DOCTYPE that is none");
    yield said;
  }
}
