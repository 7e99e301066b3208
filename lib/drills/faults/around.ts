import { answers, changed, inDrops, late, unanswered } from "../acts.ts";
import type { Fault } from "../fault.ts";
import { error, flipped, html, isHtml, saysHalf, xml } from "./material.ts";

/** The bucket of finished pictures: whatever it does, there is a picture. */
export const derivatives: readonly Fault[] = (
  [
    ["down", "resets", [unanswered("RST")]],
    ["slow", "is 2 s late", [late(2000)]],
    ["hanging", "does not answer", [unanswered("silence")]],
    ["failing", "answers 500", [answers(500, xml, error("InternalError"))]],
  ] as const
).flatMap(([name, breaks, acts]): Fault[] => [
  {
    name: `derivatives find, ${name}`,
    breaks: `the derivative bucket ${breaks} when it is asked`,
    acts,
    way: "derivatives",
    needs: "kept derivative",
    always: "picture",
  },
  {
    name: `derivatives keep, ${name}`,
    breaks: `the derivative bucket ${breaks} when it is to keep`,
    acts,
    way: "derivatives",
    needs: "keeping",
    always: "picture",
  },
]);

/** What is kept there is not what was. */
export const corrupt: readonly Fault[] = [
  {
    name: "derivatives find, cut",
    breaks: "half a derivative, with a length that says so",
    acts: [saysHalf],
    way: "derivatives",
    needs: "kept derivative",
    always: "picture",
  },
  {
    name: "derivatives find, page",
    breaks: "a page in place of a derivative",
    acts: [answers(200, isHtml, html)],
    way: "derivatives",
    needs: "kept derivative",
    always: "picture",
  },
  {
    name: "derivatives find, bits flipped",
    breaks: "some bits of a derivative are others",
    acts: [changed(({ body }) => ({ body: flipped(body) }), "keep")],
    way: "derivatives",
    needs: "kept derivative",
    onlyPlain: true,
    always: "picture",
  },
];

/** The function itself. */
export const ourselves: readonly Fault[] = [
  {
    name: "process frozen in a body",
    breaks: "the process stands still for 1.5 s while the body comes",
    acts: [inDrops(20_000)],
    trouble: { freeze: 1500, after: 60 },
    always: "nothing",
  },
  {
    name: "process frozen, pool dark",
    breaks: "the process stands still for 1.5 s, and the connections that idled are dark then",
    trouble: { freeze: 1500, spoil: "dark" },
    always: "nothing",
  },
  {
    name: "clock jumps",
    breaks: "the clock is set an hour ahead while a body comes",
    acts: [inDrops(20_000)],
    trouble: { clock: "jumps", after: 60 },
    always: "nothing",
  },
];
