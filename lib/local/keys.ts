import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { record } from "./lambda/record.ts";

/** What URLs are signed with, as the variables say it. */
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

/** Where the pair of a folder lies. */
export const keysFile = (folder: string): string => join(folder, "keys.json");

/** The pair in `folder`, made the first time, so that a URL handed out once works tomorrow. */
export function signingKeys(folder: string): SigningKeys {
  const file = keysFile(folder);
  if (!existsSync(file)) make(file);
  const { IMGPROXY_KEY: key, IMGPROXY_SALT: salt } = record(parsed(readFileSync(file, "utf8")));
  if (isHex(key) && isHex(salt)) return { IMGPROXY_KEY: key, IMGPROXY_SALT: salt };
  throw new Error(
    `${file}: expected IMGPROXY_KEY and IMGPROXY_SALT in hex; without the file, new ones are made`,
  );
}

/** Appears whole or not at all; where two make it at once, the first one's stays. */
function make(file: string): void {
  const secret = () => randomBytes(LENGTH).toString("hex");
  const keys: SigningKeys = { IMGPROXY_KEY: secret(), IMGPROXY_SALT: secret() };
  const draft = `${file}.${process.pid}`;
  // Only its owner may sign.
  writeFileSync(draft, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isHex = (value: unknown): value is string =>
  typeof value === "string" && /^([0-9a-f]{2})+$/.test(value);
