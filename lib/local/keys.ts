import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KeyPair } from "../../lambda/keys/pairs.ts";
import type { KeysKept } from "../keys/rotation.ts";
import { record } from "./lambda/record.ts";

/** What URLs are signed with, as the variables say it: the first of each signs, and the others are still served. */
export interface SigningKeys {
  readonly IMGPROXY_KEY: string;
  readonly IMGPROXY_SALT: string;
}

/** bytes of a key or salt we make. */
const LENGTH = 32;

/** Makes the folder that keeps what lasts between sessions. That is nobody's to commit: keys lie there. */
export function makeHome(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".gitignore"), "*\n");
}

/** Where the pairs of a folder lie. */
export const keysFile = (folder: string): string => join(folder, "keys.json");

/** The pairs in `folder`, one made the first time, so that a URL handed out once works tomorrow. */
export function signingKeys(folder: string): SigningKeys {
  const file = keysFile(folder);
  if (!existsSync(file)) make(file);
  const { IMGPROXY_KEY: key, IMGPROXY_SALT: salt } = record(parsed(readFileSync(file, "utf8")));
  if (isHex(key) && isHex(salt) && countIn(key) === countIn(salt))
    return { IMGPROXY_KEY: key, IMGPROXY_SALT: salt };
  throw new Error(
    `${file}: expected IMGPROXY_KEY and IMGPROXY_SALT in hex; without the file, new ones are made`,
  );
}

/** The same as they are listed, rotated and revoked; whoever serves this folder follows (`followKeys`), its edge too. */
export const localKeys = (folder: string): KeysKept => ({
  async read() {
    const { IMGPROXY_KEY: keys, IMGPROXY_SALT: salts } = signingKeys(folder);
    const each = salts.split(",");
    return keys.split(",").map((key, pair): KeyPair => ({ key, salt: each[pair] ?? "" }));
  },
  async write(pairs) {
    const listed = (name: keyof KeyPair) => pairs.map((pair) => pair[name]).join();
    const file = keysFile(folder);
    renameSync(drafted(file, { IMGPROXY_KEY: listed("key"), IMGPROXY_SALT: listed("salt") }), file);
  },
  async writeEdge() {},
});

/** Appears whole or not at all; where two make it at once, the first one's stays. */
function make(file: string): void {
  const secret = () => randomBytes(LENGTH).toString("hex");
  const draft = drafted(file, { IMGPROXY_KEY: secret(), IMGPROXY_SALT: secret() });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft);
  }
}

/** Writes them beside the file, and tells where. Only its owner may sign. */
function drafted(file: string, keys: SigningKeys): string {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
  return draft;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isHex = (value: unknown): value is string =>
  typeof value === "string" && /^([0-9a-f]{2})+(,([0-9a-f]{2})+)*$/.test(value);
const countIn = (list: string) => list.split(",").length;
