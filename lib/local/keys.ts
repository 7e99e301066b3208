import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { record } from "./record.ts";

/** What URLs are signed with, as the variables say it. */
export interface SigningKeys {
  readonly IMGPROXY_KEY: string;
  readonly IMGPROXY_SALT: string;
}

/** bytes of a key or salt we make. */
const LENGTH = 32;

/** The pair in `folder`, made the first time, so that a URL handed out once works tomorrow. */
export function signingKeys(folder: string): SigningKeys {
  const file = join(folder, "keys.json");
  const kept = existsSync(file) ? record(JSON.parse(readFileSync(file, "utf8"))) : {};
  const keys = {
    IMGPROXY_KEY: hex(kept.IMGPROXY_KEY) ?? randomBytes(LENGTH).toString("hex"),
    IMGPROXY_SALT: hex(kept.IMGPROXY_SALT) ?? randomBytes(LENGTH).toString("hex"),
  };
  mkdirSync(folder, { recursive: true });
  // Only its owner may sign.
  writeFileSync(file, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
  return keys;
}

const hex = (value: unknown) =>
  typeof value === "string" && /^([0-9a-f]{2})+$/.test(value) ? value : undefined;
