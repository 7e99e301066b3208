import { SaxesParser } from "saxes";
import { BrokenSvg, Failure } from "../../errors.ts";
import { Rewriting } from "./rewriting.ts";

/**
 * An SVG without scripts, handlers, references to other documents and styles that load: imgproxy's rules, and stricter where
 * those let something through (`lib/README.md`). Byte for byte as it was but for that, in UTF-8. Throws `BrokenSvg` when it is no XML.
 */
export function sanitize(bytes: Uint8Array): Buffer {
  try {
    const text = textIn(bytes);
    const parser = new SaxesParser();
    const rewriting = rewritingOf(text, parser);
    parser.write(text).close();
    return Buffer.from(rewriting.finished());
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new BrokenSvg(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** What the parser understands is what is written. It throws on all that is not well-formed, as browsers stop there. */
function rewritingOf(text: string, parser: SaxesParser): Rewriting {
  const rewriting = new Rewriting(text);
  parser.ENTITIES = entitiesOf([]);
  parser.on("doctype", () => {
    parser.ENTITIES = entitiesOf(rewriting.doctype(parser.position));
  });
  parser.on("xmldecl", () => rewriting.keep(parser.position));
  parser.on("processinginstruction", ({ target }) => rewriting.instruction(parser.position, target));
  parser.on("comment", () => rewriting.keep(parser.position));
  parser.on("text", (said) => rewriting.said(said));
  parser.on("cdata", (said) => {
    rewriting.said(said);
    rewriting.keep(parser.position);
  });
  parser.on("attribute", ({ name, value }) => rewriting.attribute(parser.position, name, value));
  parser.on("opentag", ({ name }) => rewriting.start(parser.position, name));
  parser.on("closetag", ({ name }) => rewriting.end(parser.position, name));
  return rewriting;
}

/** Those of XML, and others. Nothing else has a name there, whatever it be: `constructor` is no entity. */
const entitiesOf = (declared: Iterable<readonly [string, string]>): Record<string, string> =>
  Object.setPrototypeOf(Object.fromEntries([...declared, ...predefined]), null);

const predefined = Object.entries({ amp: "&", gt: ">", lt: "<", quot: '"', apos: "'" });

/** The encoding an XML declares. */
const declaration = /^(\s*<\?xml\s[^>]*?\bencoding\s*=\s*)(?:"([\w.:-]+)"|'([\w.:-]+)')/;
/** bytes of a file within which it stands. */
const DECLARED_WITHIN = 1024;

/** A file's text, in which it is said to be UTF-8. Throws when its bytes are no text of the encoding it declares. */
function textIn(bytes: Uint8Array): string {
  const begins = new TextDecoder("latin1").decode(bytes.subarray(0, DECLARED_WITHIN));
  const [, , double, single] = declaration.exec(begins) ?? [];
  const encoding = double ?? single ?? "utf-8";
  if (/^utf-?8$/i.test(encoding)) return decoded(bytes, "utf-8");
  // Who can read that it is UTF-16 reads no UTF-16.
  const text = decoded(bytes, /^utf/i.test(encoding) ? "utf-8" : encoding);
  return text.replace(declaration, '$1"UTF-8"');
}

const decoded = (bytes: Uint8Array, encoding: string) =>
  new TextDecoder(encoding, { fatal: true }).decode(bytes);
