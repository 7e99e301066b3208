import { type Drill, type Outcome, type References, runDrill } from "./drill.ts";
import { faults } from "./faults.ts";
import { type SourceKind, setStage, type sources, type Way } from "./stage.ts";

/** Which drills are run; what is not given is left at its default. */
export interface Choice {
  /** What a fault's name must contain. */
  readonly only: string;
  /** Words separated by commas, as in `--sources`, `--sizes`, `--ways` and `--when`. */
  readonly sources?: string | undefined;
  readonly sizes?: string | undefined;
  readonly ways?: string | undefined;
  readonly when?: string | undefined;
  /** How often each is run. */
  readonly runs: number;
}

/** The drills that were chosen, in order. Throws one sentence that names the option when a word is unknown, or none is left. */
export function drills({
  only,
  sources: kinds = "s3,http",
  sizes = "small",
  ways = "http,TLS",
  when = "once,always",
  runs,
}: Choice): readonly Drill[] {
  const allSizes: readonly (keyof typeof sources)[] = ["small", "5MB", "40MB"];
  const chosenSources = words<SourceKind>("--sources", kinds, ["s3", "http"]);
  const chosenSizes = words("--sizes", sizes, allSizes);
  const chosenWays = words<Way>("--ways", ways, ["http", "TLS"]);
  const chosenWhen = words("--when", when, ["once", "always"] as const);
  const matching = faults.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()));
  const found = chosenSources.flatMap((source) =>
    chosenWays.flatMap((way) =>
      chosenSizes.flatMap((size) =>
        chosenWhen.flatMap((time) =>
          matching
            .filter(
              ({ only, way: broken }) => (only ?? (broken === "derivatives" ? "s3" : source)) === source,
            )
            .filter(({ onlyTls, onlyPlain }) => (way === "TLS" ? !onlyPlain : !onlyTls))
            .filter(({ always }) => time === "once" || always !== "nothing")
            .filter(
              ({ way: broken, needs }) =>
                size === "small" || (broken !== "derivatives" && needs === undefined),
            )
            .map((fault): Drill => ({ fault, source, way, size, always: time === "always" })),
        ),
      ),
    ),
  );
  if (found.length === 0) throw new Error(`--only: expected a part of a fault's name, got "${only}"`);
  return found.flatMap((drill) => Array.from({ length: runs }, () => drill));
}

function words<T extends string>(option: string, given: string, known: readonly T[]): readonly T[] {
  return given.split(",").map((word) => {
    const found = known.find((one) => one === word.trim());
    if (!found) throw new Error(`${option}: expected ${known.join(", ")}, got "${word}"`);
    return found;
  });
}

const stages = (["s3", "http"] as const).flatMap((source) =>
  (["http", "TLS"] as const).map((way) => ({ source, way })),
);

/** Runs them one after the other, on a stage for each kind of source and each way. */
export async function* runDrills(chosen: readonly Drill[], timeout: number): AsyncGenerator<Outcome> {
  for (const { source, way } of stages) {
    const here = chosen.filter((drill) => drill.source === source && drill.way === way);
    if (here.length === 0) continue;
    const stage = await setStage(source, way, timeout);
    const references: References = new Map();
    try {
      for (const drill of here) yield await runDrill(drill, stage, references, timeout);
    } finally {
      await stage.stop();
    }
  }
}
