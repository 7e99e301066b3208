import { enough } from "./compare.ts";
import type { Result } from "./run.ts";

/** How many of how many. */
export type Share = readonly [share: number, of: number];

/** How far results agree, by column; `cases` counts what is built of what there is. */
export function tally(results: readonly Result[]): Readonly<Record<string, Share>> {
  const compared = results.flatMap(({ comparison }) => ("unbuilt" in comparison ? [] : [comparison]));
  const drawn = compared.flatMap(({ differs, pictures }) => (pictures ? [{ differs, ...pictures }] : []));
  const near = (kind: typeof drawn): Share => count(kind, ({ psnr }) => psnr !== undefined && psnr >= enough);
  return {
    cases: [compared.length, results.length],
    status: count(compared, ({ differs }) => !differs.status),
    headers: count(compared, ({ differs }) => !differs.headers),
    size: count(drawn, ({ differs }) => !differs.size),
    about: count(drawn, ({ differs }) => !differs.about),
    exact: count(drawn, ({ exact }) => exact),
    [`lossless ≥ ${enough} dB`]: near(drawn.filter(({ lossless }) => lossless)),
    [`lossy ≥ ${enough} dB`]: near(drawn.filter(({ lossless }) => !lossless)),
    length: count(drawn, ({ differs }) => !differs.length),
  };
}

const count = <T>(all: readonly T[], holds: (one: T) => boolean): Share => [
  all.filter(holds).length,
  all.length,
];

/** How many results each thing that is not built cost, most first. */
export function missed(results: readonly Result[]): readonly (readonly [reason: string, results: number])[] {
  const reasons = results.flatMap(({ comparison }) => ("unbuilt" in comparison ? [comparison.unbuilt] : []));
  return [...Map.groupBy(reasons, (reason) => reason)]
    .map(([reason, { length }]) => [reason, length] as const)
    .sort(([, one], [, other]) => other - one);
}
