import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import type { Mutant } from "./mutants.ts";

/** Takes `count` mutants: of each folder, and in it of each file, as many as its share of places. */
export function sample(
  mutants: readonly Mutant[],
  { seed, count, valid }: { seed: string; count: number; valid: (mutant: Mutant) => boolean },
): { readonly taken: readonly Mutant[]; readonly invalid: number } {
  const folders = places(mutants, ({ file }) => dirname(file));
  let invalid = 0;
  const taken = shares(folders, count).flatMap(([ofFolder, share]) =>
    shares(
      places(ofFolder, ({ file }) => file),
      share,
    ).flatMap(([ofFile, wanted]) => {
      const kept: Mutant[] = [];
      for (const mutant of drawn(ofFile, seed)) {
        if (kept.length === wanted) break;
        if (valid(mutant)) kept.push(mutant);
        else invalid++;
      }
      return kept.sort((a, b) => a.start - b.start);
    }),
  );
  return { taken, invalid };
}

const places = (mutants: readonly Mutant[], by: (mutant: Mutant) => string) => [
  ...Map.groupBy(mutants, by).values(),
];

/** Shares out `count` by the number of places, the largest remainders first; no group gets more than it has. */
function shares(groups: readonly (readonly Mutant[])[], count: number) {
  const sizes = groups.map((group) => new Set(group.map(placeOf)).size);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const total = Math.min(count, all);
  const exact = sizes.map((size) => (total * size) / Math.max(1, all));
  const short = total - exact.reduce((sum, share) => sum + Math.floor(share), 0);
  const rests = exact.map((share, index) => ({ index, rest: share % 1 }));
  const lucky = rests.sort((a, b) => b.rest - a.rest || a.index - b.index).slice(0, Math.round(short));
  return groups.map((group, index) => {
    const more = lucky.some((one) => one.index === index) ? 1 : 0;
    return [group, Math.floor(exact[index] ?? 0) + more] as const;
  });
}

/** One mutant of each place, in an order the seed decides. It asks neither for lines nor for folders: moved code keeps its mutants. */
function drawn(mutants: readonly Mutant[], seed: string): readonly Mutant[] {
  const seen = new Map<string, number>();
  const ranked = mutants.map((mutant) => {
    const text = [basename(mutant.file), mutant.operator, mutant.before, mutant.after].join("\0");
    const nth = seen.get(text) ?? 0;
    seen.set(text, nth + 1);
    return { mutant, rank: createHash("sha256").update(`${seed}\0${nth}\0${text}`).digest("hex") };
  });
  const order = ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ mutant }) => mutant);
  const first = new Map(order.toReversed().map((mutant) => [placeOf(mutant), mutant]));
  return order.filter((mutant) => first.get(placeOf(mutant)) === mutant);
}

const placeOf = ({ file, start, before }: Mutant) => `${file} ${start} ${before.length}`;
