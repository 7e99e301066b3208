import { answerTo } from "./asking.ts";
import { unbuilt } from "./built.ts";
import { bodyOf, type Case, home } from "./cases.ts";
import { type Answer, type Comparison, compare } from "./compare.ts";

/** What became of a case: compared, or a thing that is not built. */
export interface Result {
  readonly asked: Case;
  readonly comparison: Comparison | { readonly unbuilt: string };
}

/** Cases asked at once. More are no faster: sharp draws in a pool of four threads. */
const atOnce = 4;

/** Asks every case that is built, or every one, and compares. */
export async function run(
  cases: readonly Case[],
  { unbuiltToo = false }: { readonly unbuiltToo?: boolean } = {},
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const rest = cases.entries();
  const worker = async () => {
    for (const [at, asked] of rest) results[at] = { asked, comparison: await outcome(asked, unbuiltToo) };
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function outcome(asked: Case, unbuiltToo: boolean): Promise<Result["comparison"]> {
  const reason = unbuiltToo ? undefined : unbuilt(asked);
  return reason ? { unbuilt: reason } : compare(goldenOf(asked), await answerTo(asked));
}

function goldenOf(asked: Case): Answer {
  const { status, headers, text = "" } = asked.answer;
  const here = Object.entries(headers).map(([name, value]) => [name, value.replaceAll("local:///", home)]);
  return {
    status,
    headers: Object.fromEntries(here),
    body: status === 200 ? bodyOf(asked) : Buffer.from(text),
  };
}
