import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const golden = new URL("../../../shared/golden/", import.meta.url);
const pictures = new URL("../../../shared/pictures/", import.meta.url);

/** A configuration of imgproxy's that requests were asked under. */
interface Group {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A request, and what imgproxy answered. */
export interface Case {
  /** `family-number`. */
  readonly id: string;
  readonly group: string;
  readonly family: string;
  readonly picture: string;
  readonly options: string;
  /** May be empty. */
  readonly ext: string;
  /** Instead of `options` and `ext`, with braces where the source goes. */
  readonly path?: string;
  readonly accept?: string;
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Of an error. */
    readonly text?: string;
  };
}

/** imgproxy's answers lie beside the project, not in it; says so where they do not. */
export const missing = existsSync(golden) ? false : "imgproxy's answers are not beside the project";

const read = (name: string) => JSON.parse(readFileSync(new URL(name, golden), "utf8"));

/** Every request, in the order of the file; none where the answers are missing. */
export const cases: readonly Case[] = missing ? [] : read("cases.json");

const listed: readonly Group[] = missing ? [] : read("groups.json");
const groups = new Map(listed.map(({ name, env }) => [name, env]));

/** The environment a case was asked in. Files it names are those beside the project. */
export function environmentOf({ group }: Pick<Case, "group">): Group["env"] {
  const env = groups.get(group);
  if (!env) throw new Error(`${group}: no such group`);
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      /^IMGPROXY_\w+_PATH$/.test(name) ? fileURLToPath(new URL(value, pictures)) : value,
    ]),
  );
}

/** The body imgproxy sent with a 200. */
export const bodyOf = ({ id }: Case): Buffer => readFileSync(new URL(`bodies/${id}`, golden));

/** The picture of that name; `undefined` when there is none. */
export function pictureNamed(name: string): Buffer | undefined {
  const file = new URL(encodeURIComponent(name), pictures);
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** Where the pictures lie for us; imgproxy read them from `local:///`. */
export const home = "s3://pictures/";

/** The path that asks the same of us, as an HTTP client sends it: `ä` is encoded, `%2e` gone, and so is what follows `#`. */
export function pathOf({ group, picture, options, ext, path }: Case): string {
  const { IMGPROXY_PATH_PREFIX: prefix = "" } = environmentOf({ group });
  const source = home + picture;
  const written = ext === "" ? source : `${source}@${ext}`;
  const target = path === undefined ? `/unsafe/${options}/plain/${written}` : filled(path, source);
  return new URL(`http://imgproxy${prefix}${target}`).pathname;
}

function filled(path: string, source: string): string {
  const base64 = Buffer.from(source).toString("base64url");
  const ways: Readonly<Record<string, string>> = {
    plain: `plain/${source}`,
    source: encodeURIComponent(source),
    base64,
    base64padded: base64 + "=".repeat((4 - (base64.length % 4)) % 4),
    base64slashes: base64.match(/.{1,8}/g)?.join("/") ?? "",
  };
  return path.replace(/\{(\w+)\}/g, (whole, way: string) => ways[way] ?? whole);
}
