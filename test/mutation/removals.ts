import { anchorsOf } from "./anchors.ts";
import type { Operator } from "./operators.ts";
import { range } from "./places.ts";

/** Expressions that stand as statements for what they do. */
const effects: readonly string[] = [
  "CallExpression",
  "OptionalCallExpression",
  "AwaitExpression",
  "AssignmentExpression",
  "UnaryExpression",
];

/** Operators that leave something out. */
export const removals: Readonly<Record<string, Operator>> = {
  "removed statement": ({ node }) =>
    node.type === "ExpressionStatement" && effects.includes(node.expression.type) ? [{ after: ";" }] : [],
  "removed exit": ({ node, around: [parent, grandparent] }) => {
    if (node.type !== "ReturnStatement" && node.type !== "ThrowStatement") return [];
    const block = parent?.type === "BlockStatement" ? parent : undefined;
    const last = block?.body.at(-1) === node && /Function|Method$/.test(grandparent?.type ?? "");
    return last ? [] : [{ after: ";" }];
  },
  "removed property": ({ node, around: [parent], source }) => {
    if (parent?.type !== "ObjectExpression") return [];
    const { start, end } = range(node);
    const comma = /^\s*,/.exec(source.slice(end))?.[0].length ?? 0;
    return [{ start, end: end + comma, after: "" }];
  },
  "removed spread": ({ node, around: [parent], source }) => {
    if (node.type !== "SpreadElement" || parent?.type !== "ArrayExpression") return [];
    const { start, end } = range(node);
    const comma = /^\s*,/.exec(source.slice(end))?.[0].length ?? 0;
    return [{ start, end: end + comma, after: "" }];
  },
  "removed unary": ({ node, source }) => {
    if (node.type !== "UnaryExpression" || !["!", "-", "+", "~"].includes(node.operator)) return [];
    const { start, end } = range(node);
    return [{ after: source.slice(start + 1, end) }];
  },
  "removed anchor": ({ node }) =>
    node.type === "RegExpLiteral"
      ? anchorsOf(node.pattern).map((at) => ({
          after: `/${node.pattern.slice(0, at)}${node.pattern.slice(at + 1)}/${node.flags}`,
        }))
      : [],
};
