import type { Config } from "../../../lambda/config/variables.ts";
import { type KeyPair, sign } from "../../client/signature.ts";
import { explainPath } from "../../explain/path.ts";

/** How a URL is signed rightly. */
export interface Resigned {
  /** What is signed. */
  readonly path: string;
  readonly signature: string;
  readonly url: string;
}

/** A URL with the right signature, below `base`; `undefined` where it is none, or nothing is signed. */
export function resigned(
  url: string,
  config: Config,
  base: string,
  pair: KeyPair | undefined,
): Resigned | undefined {
  const { signed } = explainPath(url, config);
  if (!signed || !pair) return undefined;
  const signature = sign(signed.path, pair.key, pair.salt, config.signatureSize);
  const path = `/${signed.path.replace(/^\//, "")}`;
  return { path, signature, url: `${base}/${signature}${path}` };
}
