import { Failure } from "../../lambda/errors.ts";
import { everyOption, optionsByName } from "../../lambda/options/index.ts";
import { type ImageRequest, parse } from "../../lambda/url/parse.ts";
import { random } from "../../lib/local/samples/random.ts";
import { requestFor, servicesOf } from "../services.ts";

/** What came of a run: how many URLs were read, and the others by status. */
export type Outcomes = Readonly<Record<string, number>>;

const presets = "thumb=rs:fill:120:90/g:so,soft=bl:2,card=pr:thumb/pd:8/bg:ddeeff";
const parties = [
  {},
  {},
  { IMGPROXY_PRESETS: `default=q:60,${presets}`, IMGPROXY_ENABLE_CLIENT_HINTS: "1" },
  { IMGPROXY_ONLY_PRESETS: "1", IMGPROXY_PRESETS: presets },
  { IMGPROXY_ARGUMENTS_SEPARATOR: "," },
  { IMGPROXY_ALLOWED_PROCESSING_OPTIONS: "w,h,rs,q", IMGPROXY_ALLOWED_SOURCES: "s3://b/,s3://p*/" },
  { IMGPROXY_BASE64_URL_INCLUDES_FILENAME: "1", IMGPROXY_BASE_URL: "s3://b/", IMGPROXY_PATH_PREFIX: "/img" },
  { IMGPROXY_KEY: "aa", IMGPROXY_SALT: "bb", IMGPROXY_TRUSTED_SIGNATURES: "unsafe" },
].map((env) => servicesOf(env, { now: 0 }));

const names = [...optionsByName.keys(), "msr", "mrd", "raw", "unknown", "W", ""];
const words = [
  ..."0 1 -1 300 0.5 1e3 1e-3 1_0 0x1p4 +7 nan inf -Infinity 1e400 9007199254740993 99999999999999999999".split(
    " ",
  ),
  ..."t f true x ce no sm fp soea re obj fit fill auto webp jpg png svg jxl best fff ffffff ggg thumb soft card".split(
    " ",
  ),
  ..."Y2F0 é %C3%A9 %zz %3A %3a ٣ \u0000 \ud800 😀 __proto__ constructor".split(" "),
  "",
];
const sources = [
  "plain/s3://b/k.jpg",
  "plain/s3:/b/k.jpg@png",
  "plain/s3%3A%2F%2Fb%2Fa%20b%40.png@webp",
  "czM6Ly9iL2suanBn",
  "czM6Ly9i/L2suanBn.png",
  "czM6Ly9iL2suanBn==",
  "_w8",
  "plain/",
  "plain",
  "enc/abc",
  "plain/http://a.b/c@",
];
const scraps = [
  ..."/ // : % %2F %3A plain/ @ . = ? # & \\ é \u0000 \ud800 -- 0 9 e".split(" "),
  " ",
  "\n",
  "a".repeat(6200),
];

/** Asks `parse` so many URLs, made up and damaged by a seed. Throws on anything but a typed value or a 4xx. */
export function fuzz(count: number, seed: number): Outcomes {
  const next = random(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const one = <T>(from: readonly T[], otherwise: T): T => from[below(from.length)] ?? otherwise;
  const some = (most: number, make: () => string) => Array.from({ length: below(most + 1) }, make);

  const example = () => one(everyOption, undefined)?.example ?? "w:1";
  const word = () => one(words, "");
  const segment = () => (below(4) > 0 ? example() : [one(names, ""), ...some(5, word)].join(":"));
  const damaged = (path: string): string => {
    const at = below(path.length + 1);
    const cut = [0, 0, 1, 1, 3, path.length][below(6)] ?? 0;
    const damage = path.slice(0, at) + one(scraps, "") + path.slice(at + cut);
    return below(2) === 0 ? damaged(damage) : damage;
  };
  const path = () => {
    const whole = `/${["unsafe", ...some(4, segment), one(sources, "")].join("/")}`;
    return below(2) === 0 ? whole : damaged(whole);
  };

  const outcomes: Record<string, number> = {};
  for (let left = count; left > 0; left--) {
    const services = one(parties, parties[0]) ?? servicesOf();
    const { pathPrefix, argumentsSeparator } = services.config;
    const target =
      pathPrefix + (argumentsSeparator === ":" ? path() : path().replaceAll(":", argumentsSeparator));
    const headers = { accept: word(), width: word(), "sec-ch-dpr": word(), "if-none-match": word() };
    const outcome = outcomeOf(target, headers, services);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

type Services = ReturnType<typeof servicesOf>;

function outcomeOf(path: string, headers: Readonly<Record<string, string>>, services: Services): string {
  const shown = JSON.stringify(path);
  try {
    const wrong = untyped(parse(requestFor(services, { path, headers }, 0).http, services.language, 0));
    if (wrong !== undefined) throw new Error(`${shown} is read as ${wrong}`);
    return "read";
  } catch (error) {
    if (error instanceof Failure && error.status >= 400 && error.status < 500) return String(error.status);
    throw new Error(`${shown}: ${error}`, { cause: error });
  }
}

/** What of a request is not of its type; `undefined` when all is. */
function untyped({ source, options, key }: ImageRequest): string | undefined {
  if (source === "" || !source.isWellFormed()) return `source ${JSON.stringify(source)}`;
  if (!/^[0-9a-f]{32}\/[0-9a-f]{32}\.[\w-]+$/.test(key)) return `key ${key}`;
  const foreign = Object.keys(options).find((name) => optionsByName.get(name)?.name !== name);
  if (foreign !== undefined) return `option ${foreign}`;
  for (const option of everyOption) {
    const value = Object.entries(options).find(([name]) => name === option.name)?.[1];
    if (value !== undefined && !holds(option.default, value))
      return `${option.name} ${JSON.stringify(value)}`;
  }
  return undefined;
}

/** Finite numbers, text, truths, and bags of them; of the kind of the default, where that is of one. */
function holds(usual: unknown, value: unknown): boolean {
  if (typeof usual !== "undefined" && typeof usual !== typeof value) return false;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "string" || typeof value === "boolean") return true;
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((each) => holds(undefined, each))
  );
}
