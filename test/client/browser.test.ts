import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { readConfig } from "../../lambda/config/variables.ts";
import { formats } from "../../lambda/formats.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { readPath } from "../../lambda/url/parse.ts";
import { splitTarget } from "../../lambda/url/path.ts";
import { imageUrls, picture, pictureHtml } from "../../lib/client/index.ts";
import { listen } from "../../lib/local/listen.ts";
import { isProgram } from "../package/installed.ts";
import { drawn } from "../pictures.ts";

const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const browser = programs.find(isProgram);
const skip = !browser && `no browser: ${programs.join(", ")}`;

/** Answers pages, and pictures as they were asked for; of these it writes down the path and the width. */
const language = compileLanguage(readConfig({}), 0);
const asked: {
  readonly page: string;
  readonly source: string;
  readonly width: number;
  readonly format: string;
  readonly accept: string;
}[] = [];
const [avif, jpeg] = await Promise.all([drawn(32, 32).avif().toBuffer(), drawn(32, 32).jpeg().toBuffer()]);
const files = { avif, jpeg };
let pages: ReadonlyMap<string, string> = new Map();
const server = createServer(async ({ url = "", headers }, response) => {
  const page = pages.get(url);
  if (page !== undefined) return response.writeHead(200, { "content-type": "text/html" }).end(page);
  const [, name = ""] = url.split("/", 2);
  if (name === "favicon.ico") return response.writeHead(404).end();
  const { source, options } = readPath(splitTarget(url, `/${name}`).path, language, 0);
  const { width = 1, dpr = 1, format = "jpeg" } = options;
  asked.push({ page: name, source, width: width * dpr, format, accept: headers.accept ?? "" });
  // A browser chooses by what the page says: the file itself may be a small one.
  return response
    .writeHead(200, { "content-type": formats[format].mime, "cache-control": "max-age=60" })
    .end(files[format === "avif" ? "avif" : "jpeg"]);
});
const origin = `http://127.0.0.1:${await listen(server)}`;
after(() => server.close());

/** A frame has its width once the page around it is laid out; what is loaded before is chosen for none. */
const openFrames =
  "onload = () => { for (const frame of document.querySelectorAll('iframe')) frame.src = frame.dataset.src; }";

/** Opens frames of these widths on a screen of this density, and waits until all is loaded. */
async function look(
  html: (base: string) => string,
  viewports: readonly number[],
  density: number,
): Promise<string> {
  asked.length = 0;
  const frames = viewports.map(
    (width) => `<iframe data-src="/frame${width}" width="${width}" height="300" style="border:0"></iframe>`,
  );
  pages = new Map([
    ["/", `<!doctype html>${frames.join("")}<script>${openFrames}</script>`],
    ...viewports.map(
      (width) =>
        [
          `/frame${width}`,
          `<!doctype html><style>body{margin:0}</style>${html(`${origin}/w${width}`)}<script>onload=()=>{const{width,height}=document.images[0].getBoundingClientRect();document.body.dataset.box=width+"x"+height;top.document.body.append(document.body.dataset.box+";")}</script>`,
        ] as const,
    ),
  ]);
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    `--force-device-scale-factor=${density}`,
    "--virtual-time-budget=10000",
    "--dump-dom",
  ];
  const { stdout } = await promisify(execFile)(browser ?? "", [...flags, `${origin}/`], { timeout: 60_000 });
  return stdout;
}

const widthsOf = () => Object.fromEntries(asked.map(({ page, width }) => [Number(page.slice(1)), width]));

/** Of candidates 400, 800, 1600 and 3200 wide, at the width of the window: what a browser takes. */
const viewports = [400, 800, 1200, 1600];
const taken = {
  1: { 400: 400, 800: 800, 1200: 1600, 1600: 1600 },
  2: { 400: 800, 800: 1600, 1200: 3200, 1600: 3200 },
} as const;

for (const density of [1, 2] as const) {
  test(`a browser fetches the right file at four widths of ${density}x, once, in the best format`, {
    skip,
  }, async () => {
    const props = {
      source: "s3://b/cat.jpg",
      alt: "",
      width: 3,
      height: 2,
      choice: { widths: [400, 800, 1600, 3200] },
    } as const;
    const html = (base: string) =>
      pictureHtml(
        picture(imageUrls({ base }), {
          ...props,
          formats: ["avif", "jpeg"],
          attributes: { style: "width: 100vw; height: auto", loading: "eager" },
        }),
      );
    await look(html, viewports, density);
    assert.deepEqual(widthsOf(), taken[density]);
    assert.equal(asked.length, viewports.length);
    assert.deepEqual(new Set(asked.map(({ format }) => format)), new Set(["avif"]));
  });

  test(`of a fixed size it fetches the file of ${density}x, and of two scenes the one that holds`, {
    skip,
  }, async () => {
    const choice = { densities: [1, 2] };
    const art = [{ media: "(max-width: 600px)", source: "s3://b/face.jpg", width: 100, height: 100, choice }];
    const html = (base: string) =>
      pictureHtml(
        picture(imageUrls({ base }), {
          source: "s3://b/cat.jpg",
          alt: "",
          width: 300,
          height: 200,
          choice,
          art,
          attributes: { loading: "eager" },
        }),
      );
    const dom = await look(html, [400, 800], density);
    assert.deepEqual(asked.map(({ source, width }) => [source, width]).sort(), [
      ["s3://b/cat.jpg", 300 * density],
      ["s3://b/face.jpg", 100 * density],
    ]);
    assert.match(asked[0]?.accept ?? "", /image\/avif,image\/webp/);
    assert.deepEqual([...dom.matchAll(/(\d+x\d+);/g)].map(([, box]) => box).sort(), ["100x100", "300x200"]);
  });
}

test("the page keeps the place of a picture that has not come", { skip }, async () => {
  const html = (base: string) =>
    pictureHtml(
      picture(imageUrls({ base }), {
        source: "s3://b/cat.jpg",
        alt: "",
        width: 1600,
        height: 900,
        choice: { widths: [400] },
        sizes: "50vw",
        attributes: { style: "width: 50%; height: auto", loading: "eager" },
      }),
    );
  const frames = await look((base) => html(base).replace(/ (src|srcset)="[^"]*"/g, ""), [800], 1);
  assert.match(frames, /400x225;/);
});
