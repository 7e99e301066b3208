import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXml, XmlElement, XmlText } from "@rgrove/parse-xml";
import fc from "fast-check";
import { BrokenSvg } from "../../../lambda/errors.ts";
import { sanitize } from "../../../lambda/image/svg/sanitize.ts";
import { tries } from "../../thorough.ts";

// What is generated means harm; what is left is read by another parser, with a browser's own rules for addresses and styles.

const prefix = fc.constantFrom("", "", "", "svg:", "x:", "xlink:", "a:b:");
const named = (names: readonly string[]) =>
  fc.tuple(prefix, fc.constantFrom(...names)).map(([prefix, name]) => prefix + name);

const elements = named([
  ...[
    "script",
    "Script",
    "iframe",
    "form",
    "use",
    "image",
    "a",
    "g",
    "rect",
    "style",
    "STYLE",
    "foreignObject",
  ],
  ...[
    "animate",
    "set",
    "animateMotion",
    "object",
    "embed",
    "link",
    "meta",
    "base",
    "img",
    "handler",
    "feImage",
  ],
]);
const attributes = named([
  ...["href", "HREF", "onload", "onclick", "ONBEGIN", "onfuture", "style", "fill", "filter", "attributeName"],
  ...["to", "from", "values", "src", "srcset", "poster", "base", "background", "ping", "id", "d", "xmlns"],
]);

/** A character, or another way to write it. */
const spelled = (character: string) => {
  const code = character.charCodeAt(0);
  const plain = /[<&"']/.test(character) ? `&#${code};` : character;
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(plain) },
    fc.constantFrom(
      `&#${code};`,
      `&#x${code.toString(16)};`,
      plain.toUpperCase(),
      `&#9;${plain}`,
      `${plain}&#10;`,
    ),
    fc.constantFrom(`\t${plain}`, `${plain}\n`, `\\${code.toString(16)} `),
  );
};
const disguised = (text: string) => fc.tuple(...[...text].map(spelled)).map((parts) => parts.join(""));

const values = fc
  .constantFrom(
    ...["javascript:alert(1)", "data:text/html,a", "vbscript:a", "#a", "", "http://evil/a", "//evil", "a/b"],
    ...[
      "&e;&f;",
      "&e;:alert(1)",
      "&__proto__;:a",
      "&toString;b",
      "url(http://evil/a#b)",
      "url(#a)",
      "xlink:href",
      "href",
      "onload",
      "fill",
    ],
    ...["a{b:url('//evil')}", "data:image/png;base64,AA", "@import 'a'", "image-set('http://evil' 1x)"],
  )
  .chain((text) => (text.startsWith("&") ? fc.constant(text) : disguised(text)));

const quoted = fc.tuple(values, fc.constantFrom('"', "'"));
const attribute = fc
  .tuple(attributes, quoted, fc.constantFrom(" ", "\n", "  "))
  .map(([name, [value, quote], space]) => `${space}${name}=${quote}${value}${quote}`);
const attributesOf = fc
  .uniqueArray(attribute, { maxLength: 4, selector: (text) => text.trim().split("=", 1)[0] })
  .map((all) => all.join(""));

const text = fc.oneof(
  values,
  fc.constantFrom(
    "a",
    "\n",
    "<!-- <script> -->",
    "<!--@import 'a'-->",
    "<?xml-stylesheet href='a'?>",
    "<?b c?>",
  ),
  values.map((value) => `<![CDATA[${value.replaceAll("]]>", "")}<script>]]>`),
);
const { element } = fc.letrec<{ element: string; node: string }>((tie) => ({
  element: fc
    .tuple(elements, attributesOf, fc.array(tie("node"), { maxLength: 3 }), fc.boolean())
    .map(([name, all, inner, bare]) =>
      bare && inner.length === 0 ? `<${name}${all}/>` : `<${name}${all}>${inner.join("")}</${name} >`,
    ),
  node: fc.oneof({ maxDepth: 4 }, text, tie("element")),
}));
const declared = fc.constantFrom(
  ...["<!ENTITY e 'java'>", '<!ENTITY e "script">', '<!ENTITY f "&#60;script>">', "<!ENTITY f '<script/>'>"],
  ...[
    "<!ATTLIST svg onload CDATA 'a'>",
    "<!ENTITY % p SYSTEM 'a'>",
    "%p;",
    "<!ENTITY f SYSTEM 'a'>",
    "<!-- ' -->",
  ],
  ...[
    "<!ENTITY f 'script:alert(1)'>",
    "<!ENTITY __proto__ 'javascript'>",
    "<!ENTITY toString 'data:'>",
    '<!ENTITY e "javascript:a">',
    "<?c d?>",
    "<!ELEMENT svg ANY>",
    " ",
  ],
);
const doctype = fc
  .array(declared, { maxLength: 4 })
  .map(
    (all) =>
      `<!DOCTYPE svg [${all.join("")}<!ENTITY e "e"><!ENTITY f "f"><!ENTITY __proto__ "p"><!ENTITY toString "t">]>`,
  );
const documents = fc
  .tuple(fc.constantFrom("", "<?xml version='1.0'?>", "<!-- a -->"), doctype, attributesOf, fc.array(element))
  .map(([start, doctype, all, inner]) => `${start}${doctype}<svg${all}>${inner.join("")}</svg>`);

const local = (name: string) => (name.split(":").pop() ?? "").toLowerCase();

/** As the URL standard reads an address. */
function schemeOf(address: string): string | undefined {
  const read = address.replace(/^[\0-\x20]+/, "").replace(/[\t\n\r]/g, "");
  return /^[a-z][a-z0-9+.-]*(?=:)/i.exec(read)?.[0].toLowerCase();
}

/** As CSS reads names, wherever they stand. */
function foreignInStyle(css: string): boolean {
  const read = css.replace(/\\(?:([\da-f]{1,6})[ \n\t]?|(.))/gi, (_, hex?: string, one = "") =>
    hex ? String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)) : one,
  );
  const addresses = [...read.matchAll(/url\(\s*["']?\s*([^)]*)/gi)].map(([, address = ""]) => address);
  return (
    /@import|image-set\(/i.test(read) ||
    addresses.some((address) => address !== "" && !/^["')]*$|^#|^data:/i.test(address))
  );
}

/** What is wrong with an element, as a browser that obeys all specifications would see it. */
function* harmIn(element: XmlElement): Generator<string> {
  const name = local(element.name);
  if (/^(script|iframe|form|object|embed|link|meta|base|handler)$/.test(name)) yield `<${element.name}>`;
  for (const [attribute, value] of Object.entries(element.attributes)) {
    const said = `${element.name} ${attribute}=${JSON.stringify(value)}`;
    const scheme = schemeOf(value);
    if (local(attribute).startsWith("on")) yield said;
    if (local(attribute) === "href" && name === "use" && !/^(#|$)/.test(value)) yield said;
    if (local(attribute) === "href" && scheme !== undefined && !/^https?$/.test(scheme)) {
      if (name !== "image" || scheme !== "data") yield said;
    }
    if (
      /^(src|srcset|poster|base|background|ping)$/.test(local(attribute)) &&
      !/^(#|data:image|$)/.test(value)
    )
      yield said;
    if (local(attribute) === "attributename" && /^(on|href|src)/.test(local(value.trim()))) yield said;
    if (/^(style|fill|filter|to|from|values)$/.test(attribute) && foreignInStyle(value)) yield said;
  }
  if (name === "style") {
    const css = element.children.filter((child) => child instanceof XmlText).map((child) => child.text);
    if (foreignInStyle(css.join(""))) yield `<style> ${JSON.stringify(css)}`;
    if (element.children.some((child) => child instanceof XmlElement)) yield "an element in <style>";
  }
  for (const child of element.children) if (child instanceof XmlElement) yield* harmIn(child);
}

/** What is wrong with a document type: anything that is more than text. */
function* harmInType(document: string): Generator<string> {
  const subset = /\[(.*?)\]>/s.exec(document)?.[1] ?? "";
  for (const [declaration] of subset.replace(/<!--.*?-->/gs, "").matchAll(/<[^>]*>|%/gs)) {
    if (/^<!ENTITY \w+ (["'])[^<&%"']*\1>$/.test(declaration) || declaration === "<!ELEMENT svg ANY>")
      continue;
    yield declaration;
  }
}

const entitiesIn = (document: string): ReadonlyMap<string, string> =>
  new Map(
    [...document.matchAll(/<!ENTITY (\w+) ["']([^"']*)["']>/g)]
      .reverse()
      .map(([, name = "", value = ""]) => [`&${name};`, value] as const),
  );

/** Documents that are tried. */
const DOCUMENTS = tries(2000, 20_000);

test(`nothing that runs or loads is left of ${DOCUMENTS} documents that would`, () => {
  let [read, refused] = [0, 0];
  fc.assert(
    fc.property(documents, (document) => {
      let left: string;
      try {
        left = sanitize(Buffer.from(document)).toString();
      } catch (error) {
        assert.ok(error instanceof BrokenSvg, String(error));
        refused++;
        return;
      }
      read++;
      const entities = entitiesIn(left);
      const resolveUndefinedEntity = (reference: string) => entities.get(reference);
      const { root } = parseXml(left, { resolveUndefinedEntity });
      assert.ok(root);
      assert.deepEqual([...harmIn(root), ...harmInType(left)], []);
      assert.equal(left.includes("<?xml-stylesheet"), /<!\[CDATA\[[^\]]*<\?xml-/.test(left));
      assert.equal(sanitize(Buffer.from(left)).toString(), left, "what was harmless was changed");
    }),
    { numRuns: DOCUMENTS },
  );
  assert.ok(read > DOCUMENTS / 2, `${read} were read, ${refused} refused`);
});
