import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { readConfig } from "../../lambda/config/variables.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { readPath } from "../../lambda/url/parse.ts";
import { splitTarget } from "../../lambda/url/path.ts";
import { verify } from "../../lambda/url/signature.ts";
import {
  type AstroTransform,
  astroUrl,
  imageUrls,
  presetLoader,
  signedLoader,
  signingListener,
  signingRoute,
} from "../../lib/client/index.ts";
import { listen } from "../../lib/local/listen.ts";

const env = { IMGPROXY_KEY: "736563726574", IMGPROXY_SALT: "68656c6c6f" };
const base = "https://pictures.example";
const images = imageUrls({ base, key: env.IMGPROXY_KEY, salt: env.IMGPROXY_SALT });

/** What the function with these variables makes of a URL. */
function asked(url: string, variables: Readonly<Record<string, string>>) {
  const config = readConfig(variables);
  const signed = splitTarget(url.slice(base.length), config.pathPrefix);
  verify(signed, config);
  return readPath(signed.path, compileLanguage(config, 0), 0);
}

const route = {
  images,
  source: (src: string) => (src.startsWith("/") ? `s3://pictures${src}` : undefined),
  widths: [640, 1080],
  qualities: [75],
  options: { format: "webp" },
} as const;
const loader = signedLoader("/images");

/** The servers that people have, each with the route, and how it is asked. */
const servers: readonly (readonly [name: string, ask: (path: string) => Promise<Response>])[] = [
  [
    "a Request, as Next's app and workers have it",
    async (path) => signingRoute(route)(new Request(`${base}${path}`)),
  ],
  [
    "Node's own server, whose request and response Express hands on",
    async (path) => {
      const server = createServer(signingListener(route));
      const port = await listen(server);
      try {
        return await fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual" });
      } finally {
        server.close();
      }
    },
  ],
];

for (const [name, ask] of servers) {
  describe(name, () => {
    test("what next/image asks is signed, and the browser is sent there", async () => {
      const answer = await ask(loader({ src: "/a cat?&#1.jpg", width: 640, quality: 75 }));
      assert.equal(answer.status, 302);
      assert.equal(answer.headers.get("cache-control"), "public, max-age=3600");
      const { source, options } = asked(answer.headers.get("location") ?? "", env);
      assert.equal(source, "s3://pictures/a cat?&#1.jpg");
      assert.deepEqual(options, { width: 640, quality: 75, format: "webp" });
    });

    test("quality may be left out", async () => {
      const answer = await ask(loader({ src: "/cat.jpg", width: 1080 }));
      assert.deepEqual(asked(answer.headers.get("location") ?? "", env).options, {
        width: 1080,
        format: "webp",
      });
    });

    test("nothing else is signed", async () => {
      const refused: readonly (readonly [path: string, status: number])[] = [
        ["/images?src=/cat.jpg&width=641", 400],
        ["/images?src=/cat.jpg&width=0640", 400],
        ["/images?src=/cat.jpg", 400],
        ["/images", 400],
        ["/images?src=/cat.jpg&width=640&quality=76", 400],
        ["/images?src=s3://other/cat.jpg&width=640", 404],
        ["/images?width=640", 404],
      ];
      for (const [path, status] of refused) {
        const answer = await ask(path);
        assert.deepEqual([answer.status, answer.headers.get("location")], [status, null], path);
      }
    });
  });
}

test("where a function knows presets alone, a loader needs no key", () => {
  const load = presetLoader({
    images: imageUrls({ base, onlyPresets: true }),
    source: (src) => `s3://pictures${src}`,
    preset: (width) => `w${width}`,
  });
  const url = load({ src: "/cat.jpg", width: 640 });
  const variables = { IMGPROXY_ONLY_PRESETS: "1", IMGPROXY_PRESETS: "w640=w:640/q:70" };
  const { source, options } = asked(url, variables);
  assert.equal(source, "s3://pictures/cat.jpg");
  assert.deepEqual([options.width, options.quality], [640, 70]);
});

test("a loader that knows the route's widths rounds up to them, and asks for the widest where no width is said", () => {
  const load = signedLoader("/images", { widths: [1080, 320, 640] });
  const widths = [1, 320, 321, 640, 1081, undefined].map((width) =>
    new URL(load({ src: "/cat.jpg", width }), base).searchParams.get("width"),
  );
  assert.deepEqual(widths, ["320", "320", "640", "640", "1080", "1080"]);
});

describe("what Astro asks of an image service", () => {
  const url = astroUrl({
    images,
    source: (src) => (src.startsWith("/") ? `s3://pictures${src}` : undefined),
  });
  const options = (transform: Partial<AstroTransform>) =>
    asked(url({ src: "/cat.jpg", ...transform }), env).options;
  const sides = { width: 300, height: 200 };

  for (const [transform, expected] of [
    [{ width: 300.4 }, { width: 300 }],
    [{ height: 200 }, { height: 200 }],
    // Without a fit the picture keeps its shape.
    [sides, { width: 300 }],
    [
      { ...sides, fit: "cover" },
      { ...sides, resizing_type: "fill-down" },
    ],
    [
      { ...sides, fit: "outside" },
      { ...sides, resizing_type: "fill-down" },
    ],
    [
      { ...sides, fit: "contain" },
      { ...sides, resizing_type: "fit" },
    ],
    [
      { ...sides, fit: "scale-down" },
      { ...sides, resizing_type: "fit" },
    ],
    [
      { ...sides, fit: "fill" },
      { ...sides, resizing_type: "force" },
    ],
    [{ quality: "mid" }, { quality: 50 }],
    [{ quality: "73" }, { quality: 73 }],
    [{ format: "avif" }, { format: "avif" }],
    [{ format: "jpg" }, { format: "jpeg" }],
    // What cannot be written is left to the function.
    [{ format: "heic" }, {}],
    [{ background: "#ff8800" }, { background: "ff8800" }],
    [{ position: "left top" }, { gravity: { type: "nowe" } }],
    [{ position: "Top  LEFT" }, { gravity: { type: "nowe" } }],
    [{ position: "center" }, { gravity: { type: "ce" } }],
    [{ position: "center right" }, { gravity: { type: "ea" } }],
    [{ position: "attention" }, { gravity: { type: "sm" } }],
    [{ position: "30% 62.5%" }, { gravity: { type: "fp", x: 0.3, y: 0.625 } }],
  ] as const) {
    test(JSON.stringify(transform), () => assert.deepEqual(options(transform), expected));
  }

  test("a picture that was imported is asked for by its path, and one that is no source stays as it is", () => {
    assert.equal(
      asked(url({ src: { src: "/_astro/cat.1.jpg" } }), env).source,
      "s3://pictures/_astro/cat.1.jpg",
    );
    assert.equal(url({ src: "https://elsewhere.example/cat.jpg" }), "https://elsewhere.example/cat.jpg");
  });

  test("a position that is none, and a colour that is none, is one sentence", () => {
    assert.throws(() => options({ position: "aside" }), /^Error: position: expected .*, got "aside"$/);
    assert.throws(() => options({ position: "top bottom" }), /^Error: position: expected /);
    assert.throws(() => options({ background: "orange" }), /^InvalidUrl: background: expected /);
  });
});
