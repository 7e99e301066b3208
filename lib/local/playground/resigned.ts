import type { Config } from "../../../lambda/config/variables.ts";
import { keyPair, sign } from "../../client/signature.ts";
import { explainPath } from "../../explain/path.ts";

/** A URL as it would be with the right signature; `undefined` where it is none, or nothing is signed. */
export function resigned(
  url: string,
  { config, env, origin }: { config: Config; env: Readonly<Record<string, string>>; origin: string },
): string | undefined {
  const { signed } = explainPath(url, config);
  const pair = keyPair(env.IMGPROXY_KEY ?? "", env.IMGPROXY_SALT ?? "");
  if (!signed || !pair) return undefined;
  const signature = sign(signed.path, pair.key, pair.salt, config.signatureSize);
  return `${origin}${config.pathPrefix}/${signature}/${signed.path}`;
}
