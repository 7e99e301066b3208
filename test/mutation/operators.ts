import type { Node } from "@babel/types";
import { type Place, range } from "./places.ts";
import { removals } from "./removals.ts";
import { arithmetic, boundaries, logic, methods, negations, type Swaps } from "./swaps.ts";

/** A text that takes the place of another; the node's own unless `start` and `end` say otherwise. */
export interface Change {
  readonly start?: number;
  readonly end?: number;
  readonly after: string;
}

/** A small mistake a programmer could have made. */
export type Operator = (place: Place) => readonly Change[];

/** All of them, by the name they are reported with. */
export const operators: Readonly<Record<string, Operator>> = {
  boundary: swap(boundaries),
  "negated comparison": swap(negations),
  arithmetic: swap(arithmetic),
  logical: swap(logic),
  "flipped boolean": ({ node }) => (node.type === "BooleanLiteral" ? [{ after: String(!node.value) }] : []),
  "number + 1": ({ node }) => (node.type === "NumericLiteral" ? [{ after: String(node.value + 1) }] : []),
  "number x 2": ({ node, around }) =>
    node.type === "NumericLiteral" && node.value > 1 && isConstant(around)
      ? [{ after: String(node.value * 2) }]
      : [],
  "emptied string": ({ node, around: [parent] }) => {
    if (node.type === "StringLiteral" && node.value !== "") return [{ after: '""' }];
    return node.type === "TemplateLiteral" && parent?.type !== "TaggedTemplateExpression"
      ? [{ after: "``" }]
      : [];
  },
  "negated condition": ({ node, source }) => {
    if (node.type !== "IfStatement" && node.type !== "ConditionalExpression") return [];
    const { test } = node;
    if (test.type === "UnaryExpression" || (test.type === "BinaryExpression" && test.operator in negations)) {
      return [];
    }
    const { start, end } = range(test);
    return [{ start, end, after: `!(${source.slice(start, end)})` }];
  },
  "swapped method": ({ node, around: [parent] }) => {
    const called = parent?.type === "MemberExpression" || parent?.type === "OptionalMemberExpression";
    if (node.type !== "Identifier" || !called || node !== parent.property || parent.computed) return [];
    const other = Object.hasOwn(methods, node.name) ? methods[node.name] : undefined;
    return other === undefined ? [] : [{ after: other }];
  },
  ...removals,
};

function swap(swaps: Swaps): Operator {
  return ({ node, around: [parent], source }) => {
    if (!("operator" in node) || !Object.hasOwn(swaps, node.operator)) return [];
    const other = swaps[node.operator];
    const at = whereOperator(node, source);
    if (other === undefined || at === undefined) return [];
    const { start, end } = range(node);
    const after = source.slice(start, at) + other + source.slice(at + node.operator.length, end);
    // Another operator binds otherwise: what it holds together stays together.
    const open = parent !== undefined && parent.type === "LogicalExpression" && !node.extra?.parenthesized;
    return [{ after: node.type === "LogicalExpression" && open ? `(${after})` : after }];
  };
}

/** Where the operator stands; `undefined` where it has no opposite, such as a plus between texts. */
function whereOperator(node: Node, source: string): number | undefined {
  if (node.type === "UpdateExpression") return source.indexOf(node.operator, range(node).start);
  const between =
    node.type === "BinaryExpression" ||
    node.type === "LogicalExpression" ||
    node.type === "AssignmentExpression";
  if (!between || (node.operator === "+" && (isText(node.left) || isText(node.right)))) return undefined;
  return source.indexOf(node.operator, range(node.left).end);
}

const isText = ({ type }: Node) => type === "TemplateLiteral" || type === "StringLiteral";

/** A constant of the file, outside of all functions. */
const isConstant = (around: readonly Node[]) =>
  around.some(({ type }) => type === "VariableDeclaration") &&
  !around.some(({ type }) => /Function|Method$/.test(type));
