import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mutantsOf, mutated } from "./mutants.ts";
import { operators } from "./operators.ts";

/** What an operator makes of a snippet, whole. */
const made = (operator: string, code: string, file = "a.ts") =>
  mutantsOf(file, code).flatMap((mutant) => (mutant.operator === operator ? mutated(code, mutant) : []));

const snippets: readonly (readonly [operator: string, before: string, ...after: readonly string[]])[] = [
  ["boundary", "a < b", "a <= b"],
  ["boundary", "(a) >= (b)", "(a) > (b)"],
  ["negated comparison", 'a === "x"', 'a !== "x"'],
  ["arithmetic", "a + b * c", "a - b * c", "a + b / c"],
  ["arithmetic", '"a" + b'],
  ["arithmetic", "n++", "n--"],
  ["logical", "a || b", "a && b"],
  ["logical", "(a ?? b) + 1", "(a && b) + 1"],
  ["logical", "a && b || c", "a && b && c", "(a || b) || c"],
  ["flipped boolean", "f(true)", "f(false)"],
  ["number + 1", "const a = 1_000", "const a = 1001"],
  ["number + 1", "const a = -1", "const a = -2"],
  ["number x 2", "const a = 3; f(3)", "const a = 6; f(3)"],
  ["number x 2", "const f = () => 3"],
  ["emptied string", 'f("a", "", `b`)', 'f("", "", `b`)', 'f("a", "", ``)'],
  ["negated condition", "a.b ? 1 : 2", "!(a.b) ? 1 : 2"],
  ["negated condition", "if (a < b || !c) d()", "if (!(a < b || !c)) d()"],
  ["negated condition", "if (a < b) c(); if (!d) e()"],
  ["swapped method", "Math.min(a?.some(min))", "Math.max(a?.some(min))", "Math.min(a?.every(min))"],
  ["removed statement", "a = b; await f(); a", "; await f(); a", "a = b; ; a"],
  ["removed exit", "function f() { if (a) return 1; return 2; }", "function f() { if (a) ; return 2; }"],
  ["removed exit", "() => { if (a) { throw b } }", "() => { if (a) { ; } }"],
  ["removed property", "f({ a, ...b })", "f({  ...b })", "f({ a,  })"],
  ["removed spread", "[a, ...b, ...c]", "[a,  ...c]", "[a, ...b, ]"],
  ["removed unary", "!a + -b + typeof c", "a + -b + typeof c", "!a + b + typeof c"],
  ["removed anchor", "/^a[^b]\\$|c$/i", "/a[^b]\\$|c$/i", "/^a[^b]\\$|c/i"],
];

describe("operators", () => {
  for (const [operator, before, ...after] of snippets) {
    test(`${operator}: ${before}`, () => assert.deepEqual(made(operator, before), after));
  }

  test("each is shown above", () => {
    const shown = new Set(snippets.map(([operator]) => operator));
    assert.deepEqual([...shown].sort(), Object.keys(operators).sort());
  });
});

describe("no mutants", () => {
  const left = [
    'import a from "b"',
    'export * from "b"',
    'export { a } from "b"',
    'type A = "b" | 1; interface B { readonly c: -1 }',
    "function f(a: 1, b?: Record<string, true>): a is 1 {}",
    "const f = <const T extends 1>(a: T) => a as 2",
    'class A { doc = "b"; expects = 1 }',
    'const a = () => refuse(b, "c")',
    'const a = new RangeError("b")',
  ];
  for (const code of left) {
    test(code, () =>
      assert.deepEqual(
        mutantsOf("a.ts", code).map(({ operator }) => operator),
        [],
      ),
    );
  }

  test("what stands beside is mutated", () => {
    assert.deepEqual(made("number + 1", "f({ doc: 1, example: 1, a: 1 } as 1)"), [
      "f({ doc: 1, example: 1, a: 2 } as 1)",
    ]);
    assert.deepEqual(made("emptied string", 'const f = (): "a" => { throw new E("b", c("d")) }'), []);
    assert.deepEqual(made("emptied string", 'throw g(() => { h("a"); })'), ['throw g(() => { h(""); })']);
    assert.deepEqual(made("flipped boolean", "delete a[true]", "a.js"), ["delete a[false]"]);
  });
});
