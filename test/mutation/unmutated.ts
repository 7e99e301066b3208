import type { Node } from "@babel/types";
import type { Place } from "./places.ts";

/** Code that no test of behaviour can notice, or that none should. */
interface Unmutated {
  readonly what: string;
  readonly reason: string;
  readonly is: (place: Place) => boolean;
}

/** Properties whose values people read. */
const prose: readonly string[] = ["doc", "example", "expects"];

/** Functions that make an error of the words they are given. */
const complaints: readonly string[] = ["refuse", "word"];

/** What is left as it is, with all inside it. */
export const unmutated: readonly Unmutated[] = [
  {
    what: "types",
    reason: "they are gone when the code runs; tsc decides on them",
    is: ({ node }) => node.type.startsWith("TS") && !wrappers.includes(node.type),
  },
  {
    what: "imports, and exports of other files",
    reason: "nothing else resolves, so every test would fail",
    is: ({ node, around: [parent] }) =>
      node.type === "ImportDeclaration" ||
      node.type === "ExportAllDeclaration" ||
      (parent?.type === "ExportNamedDeclaration" && node === parent.source),
  },
  {
    what: `${prose.join(", ")}: what the reference shows`,
    reason: "words for people; npm run reference -- --check compares them with the README",
    is: ({ node }) => isProperty(node) && node.key.type === "Identifier" && prose.includes(node.key.name),
  },
  {
    what: "names of properties",
    reason: "removing the property tells the same",
    is: ({ node, around: [parent] }) =>
      parent !== undefined && isProperty(parent) && !parent.computed && node === parent.key,
  },
  {
    what: "messages of errors",
    reason: "detail for the log; asserting its wording would repeat the code",
    is: ({ node, around }) =>
      (node.type === "StringLiteral" || node.type === "TemplateLiteral") && complains(around),
  },
];

/** Whether this code is mutated at all. */
export const isMutated = (place: Place): boolean => !unmutated.some(({ is }) => is(place));

/** What TypeScript puts around expressions; the expression inside is code. */
const wrappers: readonly string[] = ["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"];

const isProperty = (node: Node) =>
  node.type === "ObjectProperty" ||
  node.type === "ObjectMethod" ||
  node.type === "ClassProperty" ||
  node.type === "ClassMethod";

/** These words go into an error: nothing but expressions stands between them and what throws or makes it. */
function complains(around: readonly Node[]): boolean {
  for (const node of around) {
    if (node.type === "ThrowStatement") return true;
    if (node.type === "NewExpression" || node.type === "CallExpression") {
      const { callee } = node;
      if (callee.type === "Identifier" && (complaints.includes(callee.name) || /Error$/.test(callee.name)))
        return true;
    }
    if (/Statement$|Declaration$|Function|Method$/.test(node.type)) return false;
  }
  return false;
}
