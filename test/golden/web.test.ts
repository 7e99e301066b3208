import assert from "node:assert/strict";
import { test } from "node:test";
import pMap from "p-map";
import sharp from "sharp";
import type { DifferenceName } from "../../lib/differences.ts";
import { onPurpose } from "../on-purpose.ts";
import type { Answer } from "./compare.ts";
import { answerOver } from "./web-asking.ts";
import { type Asked, missing, startOrigin, type WebCase, type WebOrigin, webCases } from "./web-cases.ts";

sharp.concurrency(1);

const compared = [
  "content-type",
  "content-disposition",
  "content-encoding",
  "content-range",
  "accept-ranges",
  "last-modified",
  "vary",
] as const;

/** In how many aspects an answer differs from imgproxy's, by the row of the README's list; `?` where there is none. */
type Differences = Readonly<Partial<Record<DifferenceName | "?", string>>>;

interface Pair {
  readonly asked: WebCase;
  readonly ours: { readonly answer: Answer; readonly asked: readonly Asked[] };
}

/** Rows of the README's list, and which of their cases differ by them. */
const rows: readonly (readonly [row: DifferenceName, aspect: RegExp, holds: (pair: Pair) => boolean])[] = [
  [
    "webAttempts",
    /^(status|text|content-type)$/,
    ({ asked: { path }, ours }) => /reset|garbage/.test(path) && ours.answer.status === 502,
  ],
  ["raw", /^(content-disposition)$/, ({ ours }) => isSaved(ours.answer)],
  [
    "raw",
    /^(status|text|content-type)$/,
    ({ asked, ours }) => asked.answer.status === 0 && ours.answer.status === 422,
  ],
  ["wholeSource", /^text$/, ({ asked: { path }, ours }) => /cut=/.test(path) && ours.answer.status === 422],
  [
    "ownEtag",
    /^etag$/,
    ({ ours }) =>
      ours.answer.headers.etag === undefined || /^(W\/)?"[0-9a-f]{16}\./.test(ours.answer.headers.etag),
  ],
];

const isSaved = ({ headers }: Answer) =>
  headers["x-content-type-options"] === "nosniff" && /^attachment/.test(headers["content-disposition"] ?? "");

function compare(pair: Pair): Differences {
  const found = aspects(pair);
  return Object.fromEntries(
    found.map(([aspect, what]) => {
      const row = rows.find(([, names, holds]) => names.test(aspect) && holds(pair))?.[0];
      return [row ?? "?", `${aspect}: ${what}`];
    }),
  );
}

function aspects({ asked, ours }: Pair): readonly (readonly [aspect: string, what: string])[] {
  const { answer } = ours;
  const theirs = { headers: {}, ...asked.answer };
  const theirHeaders: Readonly<Record<string, string | undefined>> = theirs.headers;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["status", answer.status, theirs.status],
    ...compared.map((name) => [name, answer.headers[name], theirHeaders[name]] as const),
    ["cache-control", rounded(answer.headers["cache-control"]), rounded(theirHeaders["cache-control"])],
    ["etag", answer.headers.etag, theirHeaders.etag],
    ...(theirs.text === undefined ? [] : [["text", `${answer.body}`, theirs.text] as const]),
    ["asked", reached(ours.asked), reached(asked.asked)],
  ];
  return pairs.flatMap(([aspect, mine, its]) =>
    mine === its ? [] : [[aspect, `${mine} ≠ ${its}`] as const],
  );
}

/** A max-age that is made of a date may be a few seconds off. */
const rounded = (text: string | undefined) =>
  text?.replace(/^max-age=(\d+)/, (_, age: string) => `max-age=${Math.round(Number(age) / 10)}0`);

/** What an origin was asked, each once: retries and hedges are ours. Of foreign ETags, which we know to be none of ours, it hears nothing. */
const reached = (asked: readonly Asked[]): string =>
  [
    ...new Set(
      asked.map(({ method, url, headers }) =>
        [method, url, headers["if-modified-since"], headers.cookie, headers.range].filter(Boolean).join(" "),
      ),
    ),
  ].join(", ");

/** HEAD is answered as GET is, without its body: that is the one way in which it may differ. */
async function compareHead(asked: WebCase, origin: WebOrigin): Promise<Differences> {
  const [get, head] = [
    await answerOver({ ...asked, method: "GET" }, origin),
    await answerOver(asked, origin),
  ];
  const shown = ({ status, headers }: Answer) => {
    const { "content-length": length, "cache-control": control, ...others } = headers;
    return JSON.stringify({ status, ...others, control: rounded(control) });
  };
  const right = shown(head.answer) === shown(get.answer) && head.answer.body.length === 0;
  return { [right ? "head" : "?"]: `${shown(head.answer)} ≠ ${shown(get.answer)}` };
}

test("http sources are asked and answered as imgproxy does it, but for the differences that are known", {
  skip: missing,
}, async (t) => {
  await using origin = await startOrigin();
  const counted = new Map<string, number>();
  const surprises: string[] = [];
  const count = (asked: WebCase, differs: Differences) => {
    const names = Object.keys(differs);
    for (const name of names.length > 0 ? names : ["the same"])
      counted.set(name, (counted.get(name) ?? 0) + 1);
    if (differs["?"]) surprises.push(`${asked.id} ${asked.path}: ${differs["?"]}`);
  };
  // One after the other, for what the origin was asked is compared, too.
  for (const asked of webCases.filter(({ method }) => method !== "HEAD"))
    count(asked, compare({ asked, ours: await answerOver(asked, origin) }));
  const heads = webCases.filter(({ method }) => method === "HEAD");
  await pMap(heads, async (asked) => count(asked, await compareHead(asked, origin)), { concurrency: 8 });
  for (const [name, count] of counted)
    t.diagnostic(`${count} of ${webCases.length} ${name === "the same" ? name : `differ: ${name}`}`);
  assert.deepEqual(surprises, []);
  assert.equal(counted.get("head"), heads.length, onPurpose("head"));
});
