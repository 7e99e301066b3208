import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Config } from "../../../lambda/config/variables.ts";
import { compileLanguage } from "../../../lambda/url/language.ts";
import { imageUrls } from "../../client/index.ts";
import { keyPair } from "../../client/signature.ts";
import { llmsText } from "../../described/llms.ts";
import { openApi } from "../../described/openapi.ts";
import { describedOptions } from "../../described/options.ts";
import { optionsSchema, variablesSchema } from "../../described/schema.ts";
import { type Drawing, drawingOf } from "../../explain/drawing.ts";
import { explain } from "../../explain/explain.ts";
import { type Finding, messageOf, passes } from "../../explain/finding.ts";
import { notPlanned, saidOf } from "../../explain/plan-of.ts";
import { planned } from "../../explain/planned.ts";
import { PAGE_PATH, pageFile } from "../../playground/page-file.ts";
import { pageSettings } from "../../playground/settings.ts";
import type { Answer } from "../edge/http.ts";
import { buckets } from "../s3/access.ts";
import { survey } from "../s3/folder.ts";
import { sourceFile } from "../s3/source-files.ts";
import { readAsked } from "./asked.ts";
import { formSettings } from "./form-settings.ts";
import { answered, json, page } from "./pages.ts";
import { resigned } from "./resigned.ts";
import { type Runs, runs } from "./runs.ts";
import { type Previews, previewsOf, shownAs } from "./shown.ts";

/** What the playground is about. */
export interface PlaygroundProps {
  readonly folder: string;
  /** As they are now: keys may change. */
  readonly settings: () => Settings;
  /** Where it is served. */
  readonly host: string;
}

/** What the function is told. */
export interface Settings {
  readonly config: Config;
  /** With the keys that URLs are signed with. */
  readonly env: Readonly<Record<string, string>>;
}

/** The page on which people try options, and what is told to programs. */
export interface Playground extends Pick<Runs, "logged" | "served"> {
  /** `undefined` when something else is asked for. */
  answer(request: IncomingMessage): Promise<Answer | undefined>;
}

type Route = (query: URLSearchParams, context: Context) => Promise<Answer> | Answer;

interface Context extends PlaygroundProps, Settings {
  /** Where whoever asks has found this: http://localhost:8080 */
  readonly origin: string;
  readonly runs: Runs;
}

/** Starts it. It signs URLs for whoever reaches it. */
export function playground(props: PlaygroundProps): Playground {
  const told = runs();
  return {
    logged: told.logged,
    served: told.served,
    async answer({ method, url = "/", headers: { host = "" } }) {
      if (method !== "GET" && method !== "HEAD") return undefined;
      const [path = "/", query = ""] = url.split("?", 2);
      const route = routes.get(path);
      if (!route && !path.startsWith("/playground/") && path !== "/") return undefined;
      if (!isOwn(host, props.host)) return json({ error: `${host}: expected the name of this machine` }, 403);
      try {
        if (!route) return await page(path);
        return await route(new URLSearchParams(query), {
          ...{ ...props, ...props.settings() },
          origin: `http://${host}`,
          runs: told,
        });
      } catch (error) {
        return json({ error: messageOf(error) }, 400);
      }
    },
  };
}

/** A page of somebody else's whose name was led to this machine would read what is signed here. */
function isOwn(host: string, served: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return name === "localhost" || name === served || isIP(name) > 0;
}

const text = (words: string) => answered(200, "text/plain; charset=utf-8", Buffer.from(words));

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["/options.json", () => json(describedOptions())],
  ["/options.schema.json", () => json(optionsSchema())],
  ["/variables.schema.json", () => json(variablesSchema())],
  ["/openapi.json", (_, { origin, config }) => json(openApi(origin + config.pathPrefix))],
  ["/llms.txt", () => text(llmsText())],
  [PAGE_PATH, alone],
  ["/playground/pictures.json", pictures],
  ["/playground/ask", ask],
  ["/playground/explain", explained],
  ["/playground/run", async (query, { runs }) => json((await runs.of(query.get("path") ?? "")) ?? {})],
]);

/** What the cloud serves there, when it is told to. */
function alone(_: URLSearchParams, { config }: Context): Answer {
  const { html, headers } = pageFile(pageSettings(config, config.keys.length > 0));
  return { status: 200, headers: { ...headers, "cache-control": "no-store" }, body: Buffer.from(html) };
}

/** How many pictures the gallery shows at a time. */
const SHOWN = 60;

async function pictures(query: URLSearchParams, context: Context): Promise<Answer> {
  const { folder, config } = context;
  const words = (query.get("words") ?? "").toLowerCase();
  const from = Number(query.get("from") ?? 0) || 0;
  const found = (await survey(folder)).pictures.filter((key) => key.toLowerCase().includes(words));
  const shown = found.slice(from, from + SHOWN).map((key) => ({ key, ...previews(key, context) }));
  const settings = formSettings(compileLanguage(config, Date.now()));
  return json({ count: found.length, from, pictures: shown, settings });
}

const imagesOf = ({ config, env, origin }: Context) => {
  const { signatureSize, argumentsSeparator, onlyPresets, pathPrefix } = config;
  const [key, salt] = [env.IMGPROXY_KEY, env.IMGPROXY_SALT];
  const base = origin + pathPrefix;
  return { base, images: imageUrls({ base, key, salt, signatureSize, argumentsSeparator, onlyPresets }) };
};

const sourceOf = (key: string) => `s3://${buckets.pictures}/${key}`;

const previews = (key: string, context: Context): Previews =>
  context.config.onlyPresets ? {} : previewsOf(imagesOf(context).images, sourceOf(key));

async function ask(query: URLSearchParams, context: Context): Promise<Answer> {
  const { key, options } = readAsked(query.get("asked") ?? "");
  const { base, images } = imagesOf(context);
  const source = sourceOf(key);
  const url = images.url(source, options);
  const told = await tell(url, query.get("accept") ?? "", context);
  const { onlyPresets } = context.config;
  const shown = shownAs(images, { base, url, source, options, onlyPresets, room: told.drawing?.result });
  const file = await sourceFile(context.folder, key);
  return json({ ...shown, ...told, ...previews(key, context), bytes: file?.size });
}

async function explained(query: URLSearchParams, context: Context): Promise<Answer> {
  const url = query.get("url") ?? "";
  const told = await tell(url, query.get("accept") ?? "", context);
  const wrong = told.findings.some(({ phase, passes }) => phase === "signature" && !passes);
  const { config, env, origin } = context;
  const pair = keyPair(env.IMGPROXY_KEY ?? "", env.IMGPROXY_SALT ?? "");
  const right = wrong ? resigned(url, config, origin + config.pathPrefix, pair) : undefined;
  return json({ ...told, ...(right && { right }) });
}

/** What the function makes of a URL, with the plan where its source lies in the folder. */
async function tell(
  url: string,
  accept: string,
  { folder, config }: Context,
): Promise<{ readonly findings: readonly Finding[]; readonly drawing?: Drawing }> {
  const now = Date.now();
  const { findings, refused, asked, source } = explain(url, compileLanguage(config, now), now, accept);
  const start = sourceOf("");
  if (refused || !source?.startsWith(start)) return { findings };
  const file = await sourceFile(folder, source.slice(start.length));
  if (!file) return { findings };
  try {
    const plan = await planned(file.path, asked, accept, config);
    return { findings: [...findings, passes("plan", saidOf(plan))], drawing: drawingOf(plan) };
  } catch (error) {
    return { findings: [...findings, notPlanned(error)] };
  }
}
