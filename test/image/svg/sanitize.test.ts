import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sanitize } from "../../../lambda/image/svg/sanitize.ts";
import { underLoad } from "../../load.ts";
import { onPurpose } from "../../on-purpose.ts";
import { oracle } from "../../oracle.ts";

const sanitized = (bytes: Uint8Array | string) => `${sanitize(Buffer.from(bytes))}`;

interface Document {
  readonly id: string;
  readonly input: string;
  readonly expect: string;
}

const stricter: Readonly<Record<string, string>> = {
  "derived-8": onPurpose("strictSvg"),
};

describe("svgSanitize: a document loses what it loses in imgproxy", () => {
  for (const { id, input, expect } of oracle<Document>("svgSanitize")) {
    test(id, { skip: stricter[id] ?? false }, () => assert.equal(sanitized(input), expect));
  }
});

interface Href {
  readonly id: string;
  readonly value: string;
  readonly element: string;
  readonly keep: boolean;
}

describe("svgHref: references are kept as in imgproxy", () => {
  for (const { id, value, element, keep } of oracle<Href>("svgHref")) {
    test(id, () => {
      const name = element === "image" ? "image" : "a";
      const tag = `<${name} href="${value.replaceAll("<", "&lt;")}"/>`;
      // What is no entity of XML is none in an SVG: such a document is refused.
      const entities = '<!DOCTYPE svg [<!ENTITY colon ":">]>';
      const expected = `${entities}<svg>${keep ? tag : `<${name}/>`}</svg>`;
      assert.equal(sanitized(`${entities}<svg>${tag}</svg>`), expected);
    });
  }
});

/** Documents, and what is left of them; undefined where that is all. */
const documents: Readonly<Record<string, readonly (readonly [document: string, left?: string])[]>> = {
  "what is harmless stays byte for byte": [
    [
      `<?xml version="1.0"?>\n<!-- a -> --><svg a="&#65;&amp;'" b='"'><g>\r\n\t&lt; ]] > <![CDATA[ <x> & ]]></g></svg>\n<!-- b -->\n`,
    ],
    ['<svg><path d="M0 0\n\tL1 1"/><style>a > b { fill: url(#c) }</style></svg>'],
    ['<svg><?xpacket begin="\ufeff"?><a:b xmlns:a="urn:x" a:c="url(http://x)"/></svg>'],
    ['<svg>🎈<title>日本</title><g a="🎈"/></svg>'],
    ['<svg a="&quot;&apos;">&amp;&gt;&lt;&quot;&apos;</svg>'],
    ['<svg><image href="https://a/b.png"/><image x:href="http://a"/><image href="a.png"/></svg>'],
  ],
  "tags are written anew: quotes, spaces between attributes, and elements without content": [
    [`<svg  a = 'b'\n c="d" ><g ></g ></svg>`, '<svg a="b" c="d"><g/></svg>'],
    [`<svg a=""/>`],
  ],
  "scripts, frames and forms go with all that is in them, whatever their namespace": [
    ["<svg>a<script>b<g/><![CDATA[<]]></script>c</svg>", "<svg>ac</svg>"],
    ["<svg><handler>a</handler><x:handler/>b</svg>", "<svg>b</svg>"],
    ["<svg><s:SCRIPT/><x:iframe><p/></x:iframe><form><form/>a</form></svg>", "<svg/>"],
  ],
  "so do elements that show other documents, in a foreignObject": [
    ["<svg><h:object/><embed/><link/><meta/><base/><frame/><p/></svg>", "<svg><p/></svg>"],
  ],
  "handlers go, also those that are not invented yet": [
    ['<svg onload="a" ONCLICK="b" ev:onfuture="c" one="d" x="e"/>', '<svg x="e"/>'],
  ],
  "a scheme does not hide behind what browsers pass over": [
    ['<svg><a href="java&#9;script:a"/><a href="&#10;javascript:a"/></svg>', "<svg><a/><a/></svg>"],
    ['<svg><a xl:href=" JAVASCRIPT:a"/><a href="vbscript&#58;a"/></svg>', "<svg><a/><a/></svg>"],
  ],
  "nor behind an entity": [
    [
      '<!DOCTYPE svg [<!ENTITY a "javascript">]><svg><a href="&a;:b"/>&a;</svg>',
      '<!DOCTYPE svg [<!ENTITY a "javascript">]><svg><a/>&a;</svg>',
    ],
  ],
  "whatever the entity is called": [
    [
      '<!DOCTYPE svg [<!ENTITY __proto__ "javascript:"><!ENTITY constructor "javascript:">]><svg><a href="&__proto__;a"/><a href="&constructor;a"/></svg>',
      '<!DOCTYPE svg [<!ENTITY __proto__ "javascript:"><!ENTITY constructor "javascript:">]><svg><a/><a/></svg>',
    ],
  ],
  "an animation may not set a reference or a handler": [
    ['<svg><set attributeName=" xlink:href" to="#a"/></svg>', '<svg><set to="#a"/></svg>'],
    ['<svg><animate attributeName="onclick" to="a"/></svg>', '<svg><animate to="a"/></svg>'],
    ['<svg><set attributeName="fill" to="red"/></svg>'],
  ],
  "what HTML loads by other attributes is only what is in the file": [
    [
      '<svg><img src="http://a" x="b"/><img src="data:image/png;base64,AA"/></svg>',
      '<svg><img x="b"/><img src="data:image/png;base64,AA"/></svg>',
    ],
    ['<svg><video poster="//a"/><b ping="a"/><g xml:base="a"/></svg>', "<svg><video/><b/><g/></svg>"],
  ],
  "style sheets stay, without what they would load": [
    ['<svg><style>@import "a;b"; b{c:d}</style></svg>', "<svg><style> b{c:d}</style></svg>"],
    [
      "<svg><style>a{b:url( 'http://c' ) url(#e) d}</style></svg>",
      "<svg><style>a{b:none url(#e) d}</style></svg>",
    ],
    ["<svg><style><![CDATA[a>b{c:url(//d)}]]></style></svg>", "<svg><style>a&gt;b{c:none}</style></svg>"],
    ["<svg><style>@namespace url(http://a); b{c:url('#d');e:url(data:f)}</style></svg>"],
  ],
  "one that hides what it would load goes whole": [
    ["<svg><style>@\\69mport 'a';</style></svg>", "<svg><style/></svg>"],
    ["<svg><style>@im<![CDATA[port]]> 'a';\\</style></svg>", "<svg><style>\\</style></svg>"],
    ["<svg><style>@im<!-- --><g/>p\\6f rt 'a';</style></svg>", "<svg><style/></svg>"],
    ["<svg><style>a{b:u\\72l(http://c)}</style></svg>", "<svg><style/></svg>"],
    ["<svg><style>a{b:image-set('http://c' 1x)}</style></svg>", "<svg><style/></svg>"],
  ],
  "so does a property that would load": [
    ['<svg><g fill="url(http://a#b)" style="c:url(//d)" e="url(#f)"/></svg>', '<svg><g e="url(#f)"/></svg>'],
  ],
  "an instruction that names a style sheet goes, others stay": [
    ['<?xml-stylesheet href="a"?><?b c?><svg/>', "<?b c?><svg/>"],
  ],
  "a document type loses what could bring in more than text": [
    [
      `<!DOCTYPE svg PUBLIC "a" 'b' [ <!ENTITY c "d"><!-- " --><!ENTITY e "<script/>"><!ENTITY f "&c;"> ]><svg>&c;</svg>`,
      `<!DOCTYPE svg PUBLIC "a" 'b' [ <!ENTITY c "d"><!-- " --> ]><svg>&c;</svg>`,
    ],
    [
      `<!DOCTYPE svg [<!ENTITY % a SYSTEM "b">%a;<!ENTITY c SYSTEM "d"><!ATTLIST svg onload CDATA "e" f CDATA 'g'><?h?>]><svg/>`,
      "<!DOCTYPE svg []><svg/>",
    ],
    ["<!DOCTYPE svg [<!ELEMENT svg (a|b)*> <!ATTLIST svg a CDATA #IMPLIED>]><svg/>"],
  ],
};

for (const [behaviour, examples] of Object.entries(documents)) {
  test(behaviour, () => {
    for (const [document, left = document] of examples) assert.equal(sanitized(document), left);
  });
}

test("an entity stands for so many characters at most: a longer one is none", () => {
  const declaring = (length: number) => `<!DOCTYPE svg [<!ENTITY a "${"b".repeat(length)}">]><svg>&a;</svg>`;
  assert.equal(sanitized(declaring(1000)), declaring(1000));
  assert.throws(() => sanitized(declaring(1001)), { name: "BrokenSvg" });
});

test("what is no XML is refused", () => {
  const broken = [
    "<svg><g></svg>",
    "<svg>",
    "<svg/><svg/>",
    "<svg a=b/>",
    '<svg a="1" a="2"/>',
    '<svg a="<"/>',
    "<svg>&unknown;</svg>",
    "<svg>&constructor;</svg>",
    "<svg><![cdata[a]]></svg>",
    "<svg/>a",
    "<!DOCTYPE svg [ ' ]><svg><script/></svg><!-- ' -->",
    "<!DOCTYPE svg [<!ENTITY a '<b'>]><svg>&a;</svg>",
    `<!DOCTYPE svg [${" ".repeat(40_000)}]><svg/>`,
    '<?xml version="1.0" encoding="klingon"?><svg/>',
    Buffer.from([...Buffer.from("<svg>"), 0xff, ...Buffer.from("</svg>")]),
  ];
  for (const document of broken)
    assert.throws(() => sanitized(document), { name: "BrokenSvg", status: 422 }, String(document));
});

test("whatever encoding it declares, it comes out in UTF-8", () => {
  const declared = (encoding: string) => `<?xml version="1.0" encoding=${encoding} standalone="no"?>`;
  const latin = Buffer.from(`${declared("'ISO-8859-1'")}<svg>\xe4</svg>`, "latin1");
  assert.equal(sanitized(latin), `${declared('"UTF-8"')}<svg>ä</svg>`);
  assert.equal(sanitized(`\ufeff${declared('"utf-8"')}<svg>ä</svg>`), `${declared('"utf-8"')}<svg>ä</svg>`);
  assert.equal(sanitized(`${declared('"UTF-7"')}<svg>+ADw-</svg>`), `${declared('"UTF-8"')}<svg>+ADw-</svg>`);
});

test("a long document stays byte for byte", () => {
  const long = `<svg>${'<g a="🎈&amp;">\r\n🎈<b>🎈</b></g>'.repeat(20_000)}</svg>`;
  assert.equal(sanitized(long), long);
});

test("a style that is made to be read again and again is read in a second", () => {
  const began = performance.now();
  for (const part of ["url(", "url( ", "url('", "@import '", "@namespace ", "@namespace a ", "image-set("])
    sanitized(
      `<svg><style>${part.repeat(100_000 / part.length)}</style><a b="${part.repeat(50_000)}"/></svg>`,
    );
  assert.ok(performance.now() - began < underLoad(3000));
});
