import type { Config } from "../../lambda/config/variables.ts";
import { type Format, formatNamed, formats } from "../../lambda/formats.ts";
import { plainInfo } from "../../lambda/image/plan.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { type ImageUrls, imageUrls } from "../client/index.ts";
import { keyPair } from "../client/signature.ts";
import { describedOptions } from "../described/options.ts";
import { drawingOf } from "../explain/drawing.ts";
import { type Finding, passes } from "../explain/finding.ts";
import { explainParts } from "../explain/parts.ts";
import { notPlanned, planOf, saidOf } from "../explain/plan-of.ts";
import { readAsked } from "../local/playground/asked.ts";
import { formSettings } from "../local/playground/form-settings.ts";
import { resigned } from "../local/playground/resigned.ts";
import { previewsOf, shownAs } from "../local/playground/shown.ts";
import type { PageSettings } from "./settings.ts";

/** A source as the browser got it. */
export interface Looked {
  readonly bytes: number;
  /** Of its Content-Type. */
  readonly type: string;
  /** px, upright; absent where this browser does not show it. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Where the browser has it now. */
  readonly shown: string;
}

/** What the page stands on where no server answers it. */
export interface AnswersProps {
  readonly settings: PageSettings;
  /** Where it was loaded from: pictures are there, too. */
  readonly origin: string;
  /** Fetches a picture and looks at it; `undefined` when it cannot be had. */
  look(url: string): Promise<Looked | undefined>;
  /** Sources that were named in this tab, the last first. */
  readonly sources: { list(): readonly string[]; add(source: string): void };
}

type Query = Readonly<Record<string, unknown>>;

/** Answers what the page asks as the playground's server does, in the browser. Rejects with one sentence. */
export function answers(props: AnswersProps): (path: string, query?: Query) => Promise<unknown> {
  const state = new Page(props);
  const routes: Readonly<Record<string, (query: Query) => unknown>> = {
    "/options.json": describedOptions,
    "/playground/pictures.json": (query) => state.pictures(said(query, "words")),
    "/playground/keys": (query) => state.useKeys(said(query, "key"), said(query, "salt")),
    "/playground/ask": (query) => state.ask(said(query, "asked"), said(query, "accept")),
    "/playground/explain": (query) => state.explain(said(query, "url")),
    "/playground/run": () => ({}),
  };
  return async (path, query = {}) => routes[path]?.(query);
}

const said = (query: Query, name: string) => String(query[name] ?? "");

/** A page in a tab: the keys typed into it are nowhere else, and go with it. */
class Page {
  readonly #props: AnswersProps;
  readonly #base: string;
  #key = "";
  #salt = "";
  /** The source that was looked at last, by its URL. */
  #looked: readonly [url: string, looked: Promise<Looked | undefined>] = ["", Promise.resolve(undefined)];

  constructor(props: AnswersProps) {
    this.#props = props;
    this.#base = props.origin + props.settings.config.pathPrefix;
  }

  pictures(words: string) {
    const keys = this.#props.sources.list().filter((key) => key.toLowerCase().includes(words.toLowerCase()));
    const images = this.#canSign() && !this.#config.onlyPresets ? this.#images() : undefined;
    const shown = keys.map((key) => ({ key, ...(images && previewsOf(images, key)) }));
    const { signed } = this.#props.settings;
    const settings = { ...formSettings(this.#language()), signed, named: true };
    return { count: keys.length, from: 0, pictures: shown, settings };
  }

  useKeys(key: string, salt: string) {
    if (!keyPair(key, salt)) throw new Error("key and salt: expected both, hex-encoded");
    [this.#key, this.#salt] = [key, salt];
    return {};
  }

  async ask(text: string, accept: string) {
    const { key: source, options } = readAsked(text);
    const images = this.#images();
    const url = images.url(source, options);
    this.#props.sources.add(source);
    const looked = await this.#look(images, source);
    const told = this.#tell(url, accept, looked);
    const { onlyPresets } = this.#config;
    const room = told.drawing?.result;
    const shown = shownAs(images, { base: this.#base, url, source, options, onlyPresets, room });
    const previews = onlyPresets ? {} : previewsOf(images, source);
    const seen = looked && { bytes: looked.bytes, ...(looked.size && { large: looked.shown }) };
    return { ...shown, ...told, ...previews, ...seen };
  }

  explain(url: string) {
    const told = this.#tell(url, "", undefined);
    const wrong = told.findings.some(({ phase, passes }) => phase === "signature" && !passes);
    const right = wrong && resigned(url, this.#config, this.#base, keyPair(this.#key, this.#salt));
    return { ...told, ...(right && { right }) };
  }

  /** What the function makes of a URL; the plan knows of its source what a browser sees. */
  #tell(url: string, accept: string, looked: Looked | undefined) {
    const now = Date.now();
    const { findings: found, refused, asked } = explainParts(url, this.#language(), now);
    const findings = found.map((finding) =>
      finding.phase === "signature" ? this.#unlessTyped(finding) : finding,
    );
    const format = looked && formatOf(looked.type);
    if (refused || !looked?.size || !format) return { findings };
    try {
      const planned = planOf({ ...plainInfo, ...looked.size, format }, asked, accept, this.#config);
      const says = `${saidOf(planned)}; planned in this page, from the source's size and format alone`;
      return { findings: [...findings, passes("plan", says)], drawing: drawingOf(planned) };
    } catch (error) {
      return { findings: [...findings, notPlanned(error)] };
    }
  }

  /** Without its key, nothing can be said of a signature. */
  #unlessTyped = (finding: Finding): Finding =>
    this.#canSign() ? finding : passes("signature", "not looked at: this page has no key to verify it with");

  #look(images: ImageUrls, source: string): Promise<Looked | undefined> {
    if (this.#config.onlyPresets) return Promise.resolve(undefined);
    const url = images.url(source, { raw: true });
    if (this.#looked[0] !== url) this.#looked = [url, this.#props.look(url)];
    return this.#looked[1];
  }

  #canSign = () => !this.#props.settings.signed || this.#key !== "";

  #images(): ImageUrls {
    if (!this.#canSign())
      throw new Error(
        "key and salt: expected both, for URLs are signed here; type them in beside the pictures",
      );
    const { signatureSize, argumentsSeparator, onlyPresets } = this.#config;
    const keys = { key: this.#key, salt: this.#salt };
    return imageUrls({ base: this.#base, ...keys, signatureSize, argumentsSeparator, onlyPresets });
  }

  #language = () => compileLanguage(this.#config, Date.now());

  get #config(): Config {
    const { config } = this.#props.settings;
    const pair = keyPair(this.#key, this.#salt);
    return pair ? { ...config, keys: [pair.key], salts: [pair.salt] } : config;
  }
}

function formatOf(mime: string): Format | undefined {
  const [format] = Object.entries(formats).find(([, known]) => known.mime === mime) ?? [];
  return format === undefined ? undefined : formatNamed(format);
}
