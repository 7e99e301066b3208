import { readConfig } from "../../lambda/config/variables.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import type { WarmRequest } from "../../lambda/warm/asking.ts";
import { warmRequests } from "../../lambda/warm/urls.ts";
import type { Environment } from "../environment.ts";

/** What lines of a list are. */
export interface ListProps {
  /** A picture is made for each. */
  readonly accepts: readonly string[];
  /** Names of presets, when lines are sources; when there are none, lines are URLs of pictures. */
  readonly presets: readonly string[];
  /** Where pictures are served, for sources and for paths. */
  readonly base: string | undefined;
  /** With the keys that sign. */
  readonly environment: Environment;
}

/** What each line asks for. Throws one sentence at the first that is nothing of the kind, and when it takes a base and there is none. */
export async function* requestsIn(
  lines: AsyncIterable<string>,
  props: ListProps,
): AsyncGenerator<WarmRequest> {
  const { accepts, presets, base } = props;
  const config = readConfig(props.environment);
  const { presets: known } = compileLanguage(config, Date.now());
  const stranger = presets.find((name) => known.size > 0 && !known.has(name));
  if (stranger !== undefined)
    throw new Error(
      `--presets: expected names of IMGPROXY_PRESETS, ${[...known.keys()].join(", ")}, got "${stranger}"`,
    );
  for await (const line of lines) {
    if (presets.length > 0) {
      if (!/^[a-z\d]+:\/\//i.test(line))
        throw new Error(`expected a source such as s3://bucket/key, got "${line}"`);
      yield* warmRequests(line, { origin: originOf(base), presets, accepts }, config);
    } else {
      const url = line.startsWith("/") ? originOf(base) + line : line;
      if (!/^https?:\/\/./i.test(url))
        throw new Error(`expected the URL of a picture, got "${line}"; for sources say --presets`);
      yield* accepts.map((accept) => ({ url, accept }));
    }
  }
}

function originOf(base: string | undefined): string {
  if (base !== undefined && /^https?:\/\/[^/]+\/*$/i.test(base)) return base.replace(/\/+$/, "");
  throw new Error(
    `--base: expected where pictures are served, such as https://d111111abcdef8.cloudfront.net, got "${base ?? ""}"`,
  );
}
