import { readDoctype } from "./doctype.ts";
import { Markup } from "./markup.ts";
import { isHarmlessReference } from "./references.ts";
import { loads, withoutLoads } from "./styles.ts";

/** Elements that run, or that show or load another document. */
const dropped: ReadonlySet<string> = new Set([
  "script",
  "iframe",
  "form",
  "applet",
  "base",
  "embed",
  "frame",
  "frameset",
  "handler",
  "link",
  "listener",
  "meta",
  "object",
]);

/** A name without prefix, in lower case: nothing harmful is kept for being written otherwise. */
const localName = (name: string) => name.slice(name.lastIndexOf(":") + 1).toLowerCase();

/** Attributes a browser takes for a program. */
const isHandler = (local: string) => local.startsWith("on");

interface Attribute {
  readonly name: string;
  /** As it is written, without quotes. */
  readonly raw: string;
  /** As a browser sees it. */
  readonly value: string;
}

/** A document as it is written anew while it is read: the pieces of its text, by what a parser says of them. */
export class Rewriting {
  readonly #text: string;
  readonly #markup = new Markup();
  /** Where in the text what was read last ends. */
  #at = 0;
  /** Elements that are open, from the outermost that is dropped. */
  #dropping = 0;
  #attributes: Attribute[] = [];
  /** What stands in the style sheet that is open. */
  #style: { css: string; raw: string } | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** A piece of markup that ends at `position`, and the text before it. */
  #read(position: number): string {
    // No "<" stands in text, so the next one begins the markup.
    const begins = this.#text.indexOf("<", this.#at);
    const [text, markup] = [this.#text.slice(this.#at, begins), this.#text.slice(begins, position)];
    this.#at = position;
    this.#write(text);
    return markup;
  }

  #write(text: string): void {
    if (this.#dropping > 0) return;
    if (this.#style) this.#style.raw += text;
    else this.#markup.write(text);
  }

  /** Comments and sections: as they are. */
  keep(position: number): void {
    this.#write(this.#read(position));
  }

  instruction(position: number, target: string): void {
    const written = this.#read(position);
    if (localName(target) !== "xml-stylesheet") this.#write(written);
  }

  /** The entities that a document type gives a value. Throws `BrokenSvg` on what is none. */
  doctype(position: number): ReadonlyMap<string, string> {
    const { text, entities } = readDoctype(this.#read(position));
    this.#write(text);
    return entities;
  }

  /** Text, as a browser sees it. */
  said(text: string): void {
    if (this.#style && this.#dropping === 0) this.#style.css += text;
  }

  attribute(position: number, name: string, value: string): void {
    const quote = this.#text.charAt(position - 1);
    const raw = this.#text.slice(this.#text.lastIndexOf(quote, position - 2) + 1, position - 1);
    this.#attributes.push({ name, raw, value });
  }

  start(position: number, name: string): void {
    this.#read(position);
    const attributes = this.#attributes;
    this.#attributes = [];
    const element = localName(name);
    // What is an element in a style sheet is none of its text.
    const drops = this.#style !== undefined || dropped.has(element);
    if (this.#dropping > 0 || drops) this.#dropping++;
    else {
      const kept = attributes.filter((attribute) => isHarmless(element, attribute));
      this.#markup.start(name, kept.map(written).join(""));
      if (element === "style") this.#style = { css: "", raw: "" };
    }
  }

  end(position: number, name: string): void {
    // One that closes itself has nothing to be read.
    if (position > this.#at) this.#read(position);
    if (this.#dropping > 0) {
      this.#dropping--;
      return;
    }
    if (this.#style) {
      const { css, raw } = this.#style;
      this.#style = undefined;
      this.#markup.write(loads(css) ? escaped(withoutLoads(css)) : raw);
    }
    this.#markup.end(name);
  }

  /** The whole document, with what stands behind its last markup. */
  finished(): string {
    return this.#markup.text + this.#text.slice(this.#at);
  }
}

function isHarmless(element: string, { name, value }: Attribute): boolean {
  const local = localName(name);
  if (isHandler(local) || !isHarmlessReference(element, local, value)) return false;
  if (local === "attributename" && animatesHarmful(localName(value.trim()))) return false;
  // Only a name without prefix is a property of style, or an end of its animation.
  return local === "href" || name.includes(":") || !loads(value);
}

/** An animation sets the attribute it names: none that may be dropped, whatever it sets it to. */
const animatesHarmful = (animated: string) =>
  isHandler(animated) || !isHarmlessReference("", animated, "javascript:");

const written = ({ name, raw }: Attribute) => {
  const quote = raw.includes('"') ? "'" : '"';
  return ` ${name}=${quote}${raw}${quote}`;
};

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
