import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, test } from "node:test";
import sharp from "sharp";
import { everyOption } from "../../lambda/options/index.ts";
import { startSession } from "../../lib/local/session.ts";
import { drawn } from "../pictures.ts";
import { browserFor, copied, curled, option, resultBytes, settled, skip, until } from "./browser.ts";

const folder = await mkdtemp(join(tmpdir(), "pictures-"));
await mkdir(join(folder, "trip"));
await writeFile(join(folder, "cat <b>&1.jpg"), await drawn(600, 400).jpeg().toBuffer());
await writeFile(join(folder, "trip/sea.png"), await drawn(300, 500).png().toBuffer());
const home = await mkdtemp(join(tmpdir(), "shutterspeed-playground-"));
const started = (env: Readonly<Record<string, string>>) =>
  startSession({
    ...{ home, pictures: folder, host: "127.0.0.1", port: 0, memory: 1769, timeout: 20, env },
    served: () => {},
    complain: () => {},
    drawing: () => {},
  });
const session = await started({});
const { origin } = session;
after(async () => {
  await session.stop();
  await Promise.all([folder, home].map((path) => rm(path, { recursive: true })));
});

const said = async (path: string, query: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(`${origin}${path}?${new URLSearchParams(query)}`);
  return { status: response.status, body: JSON.parse(await response.text()) };
};
const asked = (key: string, ...options: readonly (readonly string[])[]) =>
  said("/playground/ask", { asked: JSON.stringify({ key, options }) });

describe("what the page asks", () => {
  test("options become a signed URL that works, code that asks the same, and a plan", async () => {
    const { body } = await asked("trip/sea.png", ["width", "150"], ["format", "webp"]);
    assert.match(body.url, /\/w:150\/plain\/s3:\/\/pictures\/trip\/sea\.png@webp$/);
    const { width, height } = await sharp(await (await fetch(body.url)).bytes()).metadata();
    assert.deepEqual([width, height], [150, 250]);
    assert.match(
      body.client,
      /images\.url\("s3:\/\/pictures\/trip\/sea\.png", \{\n {2}width: 150,\n {2}format: "webp",\n\}\)/,
    );
    assert.match(body.html, /^<img .*width="150" height="250"/);
    assert.ok(body.curl.endsWith(`'${body.url}'`));
    assert.deepEqual(body.drawing.source, { width: 300, height: 500, format: "png" });
    assert.deepEqual([body.drawing.result.width, body.drawing.result.height], [150, 250]);
    assert.ok(body.drawing.passes[0].some(({ call }: { call: string }) => call.startsWith("resize(")));
  });

  test("nonsense is one sentence, and what lies outside of the folder is not looked at", async () => {
    const wrong = await asked("trip/sea.png", ["width", "wide"]);
    assert.deepEqual(wrong, {
      status: 400,
      body: { error: 'width: expected an integer of px of at least 0, got "wide"' },
    });
    for (const text of [
      "",
      "{",
      "[]",
      '{"key":1,"options":[]}',
      '{"key":"a","options":{}}',
      '{"key":"a","options":[1]}',
    ])
      assert.equal((await said("/playground/ask", { asked: text })).status, 400, text);
    const { body } = await asked("../../etc/passwd");
    assert.equal(body.bytes, undefined);
    assert.equal(body.drawing, undefined);
  });

  test("a URL of somewhere else is explained part by part", async () => {
    const { body } = await said("/playground/explain", {
      url: "/unsafe/blurr:2/plain/s3://pictures/trip/sea.png",
    });
    const refused = body.findings.filter(({ passes }: { passes: boolean }) => !passes);
    assert.deepEqual(
      refused.map(({ phase }: { phase: string }) => phase),
      ["signature", "options"],
    );
  });

  test("of a wrong signature the right one is told", async () => {
    const { body } = await said("/playground/explain", {
      url: "/unsafe/w:30/plain/s3://pictures/trip/sea.png",
    });
    assert.equal(body.right.path, "/w:30/plain/s3://pictures/trip/sea.png");
    assert.equal(body.right.url, `${origin}/${body.right.signature}${body.right.path}`);
    assert.equal((await fetch(body.right.url)).status, 200);
    const { body: again } = await said("/playground/explain", { url: body.right.url });
    assert.deepEqual([again.right, again.drawing.result.width], [undefined, 30]);
    assert.equal((await said("/playground/explain", { url: "" })).body.right, undefined);
  });

  test("what was limited is told, and why", async () => {
    const limits = async (...options: readonly (readonly string[])[]) =>
      (await asked("trip/sea.png", ...options)).body.drawing.limits;
    assert.deepEqual(await limits(["width", "600"]), [
      "no larger than the source allows: with enlarge it would be 600x1000",
    ]);
    assert.deepEqual(await limits(["width", "600"], ["enlarge", "1"]), []);
    assert.deepEqual(await limits(["width", "60"]), []);
  });

  test("what the function measured when it drew is told by the path, once it was asked for", async () => {
    const { url } = (await asked("trip/sea.png", ["width", "61"])).body;
    const path = new URL(url).pathname;
    assert.deepEqual((await said("/playground/run", { path })).body, {});
    for (const from of ["Miss from edge", "Hit from edge"]) {
      const response = await fetch(url, { headers: { accept: "image/webp" } });
      await response.bytes();
      assert.equal(response.headers.get("x-cache"), from);
      const { ms } = (await said("/playground/run", { path })).body;
      for (const phase of ["download", "render"])
        assert.ok(ms[phase] >= 0, `${phase} of ${JSON.stringify(ms)}`);
    }
  });

  test("a page of another name reads nothing of it, and pictures are asked for as before", async () => {
    for (const path of ["/", "/options.json", "/playground/pictures.json"])
      assert.equal(await statusAs("evil.example", path), 403, path);
    assert.equal(await statusAs("evil.example", "/health"), 200);
    assert.equal((await fetch(`${origin}/playground/none`)).status, 403, "a signature that is none");
    assert.equal((await fetch(`${origin}/`, { method: "POST" })).status, 403);
  });

  test("all that the page loads is at most 100 KB", async () => {
    const page = join(import.meta.dirname, "../../lib/local/playground/page");
    const sizes = (await readdir(page)).map(async (name) => (await readFile(join(page, name))).length);
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    assert.ok(bytes < 100_000, `${bytes} bytes`);
  });
});

test("where URLs name presets alone, below a prefix, the page asks with them", async (t) => {
  const other = await started({
    IMGPROXY_ONLY_PRESETS: "1",
    IMGPROXY_PRESETS: "thumb=w:30",
    IMGPROXY_PATH_PREFIX: "/img",
  });
  t.after(() => other.stop());
  const get = async (path: string) => JSON.parse(await (await fetch(other.origin + path)).text());
  const { settings, pictures } = await get("/playground/pictures.json");
  assert.deepEqual([settings.presets, pictures[0].small], [["thumb"], undefined]);
  const asked = JSON.stringify({ key: "trip/sea.png", options: [["preset", "thumb"]] });
  const { url } = await get(`/playground/ask?${new URLSearchParams({ asked })}`);
  assert.match(url, /\/img\/[\w-]+\/thumb\/plain\//);
  assert.equal((await sharp(await (await fetch(url)).bytes()).metadata()).width, 30);
});

test("presets are ticked", { skip }, async (t) => {
  const other = await started({ IMGPROXY_PRESETS: "thumb=w:30,soft=bl:2" });
  t.after(() => other.stop());
  const page = await (await browserFor(t)).newPage();
  await page.goto(other.origin);
  await page.getByRole("button", { name: "trip/sea.png" }).click();
  await settled(page);
  await page.evaluate('for (const one of document.querySelectorAll("#options > details")) one.open = true');
  for (const name of ["thumb", "soft"]) await option(page, "preset").getByLabel(name).check();
  await page.locator("#url", { hasText: "/pr:thumb:soft/" }).waitFor();
  await settled(page);
  await page.locator("#result-facts", { hasText: "30 × 50" }).waitFor();
  await page.reload();
  await page.locator("#url", { hasText: "/pr:thumb:soft/" }).waitFor();
  assert.deepEqual(await option(page, "preset").getByRole("checkbox", { checked: true }).count(), 2);
});

/** The status that a browser sees which was led here by another name. */
const statusAs = (host: string, path: string) =>
  new Promise((resolve, reject) => {
    request(`${origin}${path}`, { headers: { host } }, (response) => {
      text(response).then(() => resolve(response.statusCode), reject);
    })
      .on("error", reject)
      .end();
  });

test("a newcomer picks a picture, changes five options, and what the URL says is what was seen", {
  skip,
}, async (t) => {
  const page = await (await browserFor(t)).newPage();
  const mistakes: string[] = [];
  page.on("pageerror", ({ message }) => mistakes.push(message));
  page.on("console", (line) => line.type() === "error" && mistakes.push(line.text()));
  await page.goto(origin);
  await page.getByRole("button", { name: "cat <b>&1.jpg" }).click();
  await settled(page);
  const seen = [await resultBytes(page)];

  const changes: readonly (() => Promise<unknown>)[] = [
    () => option(page, "width").getByLabel("value").fill("200"),
    () => option(page, "height").getByLabel("value").fill("100"),
    () => option(page, "resizing_type").getByLabel("value").selectOption("fill"),
    () => option(page, "blur").getByLabel("value").fill("2"),
    () => option(page, "format").getByLabel("value").selectOption("png"),
  ];
  await page.evaluate('for (const one of document.querySelectorAll("#options > details")) one.open = true');
  for (const change of changes) {
    const before = await page.locator("#url").textContent();
    await change();
    await until(async () => (await page.locator("#url").textContent()) !== before);
    await settled(page);
    seen.push(await resultBytes(page));
  }
  assert.equal(
    new Set(seen.map((bytes) => bytes.toString("base64"))).size,
    seen.length,
    "each change is seen",
  );

  await page.locator('[data-copy="url"]').click();
  const url = await copied(page);
  assert.match(url, /\/rs:fill:200:100\/bl:2\/plain\/s3:\/\/pictures\/cat.*@png$/);
  const fetched = await curled(url);
  assert.ok(fetched.equals(seen.at(-1) ?? Buffer.alloc(0)), "the same bytes");
  const { width, height, format } = await sharp(fetched).metadata();
  assert.deepEqual([width, height, format], [200, 100, "png"]);

  // Whoever comes back by the address finds all as it was.
  await page.reload();
  await settled(page);
  assert.equal(await page.locator("#url").textContent(), url);
  assert.ok((await resultBytes(page)).equals(fetched));
  assert.deepEqual(mistakes, []);
});

test("every option has its inputs, all have names, and the keyboard reaches a picture", {
  skip,
}, async (t) => {
  const page = await (await browserFor(t, { width: 360, height: 740 })).newPage();
  await page.goto(origin);
  await page.getByRole("button", { name: "trip/sea.png" }).focus();
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal(await page.evaluate("document.activeElement.id"), "work-title");
  const shown: unknown = await page.evaluate(
    '[...document.querySelectorAll("fieldset")].map((one) => one.dataset.option)',
  );
  const expected = everyOption.filter(({ of: parts, security }) => !parts && !security);
  assert.deepEqual(new Set(Array.isArray(shown) ? shown : []), new Set(expected.map(({ name }) => name)));
  const nameless =
    '[...document.querySelectorAll("input, select")].filter((one) => !one.labels.length && !one.ariaLabel).length';
  assert.equal(await page.evaluate(nameless), 0);
  assert.equal(
    await page.evaluate("document.documentElement.scrollWidth"),
    360,
    "nothing is wider than a phone",
  );
  await option(page, "width").getByLabel("value").fill("-3");
  await page.waitForSelector("#problem:not([hidden])");
  assert.match((await page.locator("#problem").textContent()) ?? "", /^width: expected an integer/);
});

test("formats stand side by side, the slider divides, and a pasted URL is explained", { skip }, async (t) => {
  const page = await (await browserFor(t)).newPage();
  await page.goto(origin);
  await page.getByRole("button", { name: "trip/sea.png" }).click();
  await settled(page);

  const times = page.locator("#times");
  await times.getByText("decode, draw and encode").waitFor();
  assert.match((await times.textContent()) ?? "", /decode, draw and encode[\d.]+ ms[\d.]+ ms/);

  await page.getByText("Formats side by side").click();
  await page.locator("#sides img").nth(3).waitFor();
  const sides = await page.locator("#sides li").allTextContents();
  for (const format of ["avif", "webp", "jpeg", "png"])
    assert.ok(
      sides.some((said) => new RegExp(`^${format}[\\d.]+ K?B, \\d+ % of the largest`).test(said)),
      `${format}: ${sides}`,
    );

  await page.locator("#compare summary").click();
  await page.getByLabel("Source left, result right of").fill("20");
  const clipped = 'getComputedStyle(document.getElementById("over")).clipPath';
  assert.equal(await page.evaluate(clipped), "inset(0px 0px 0px 20%)");

  await page.getByLabel("URL or path").fill("/unsafe/rs:fil:30/plain/s3://pictures/trip/sea.png");
  await page.getByRole("button", { name: "Explain" }).click();
  await page.locator("#explained .no").nth(1).waitFor();
  const refused = await page.locator("#explained .no").allTextContents();
  assert.deepEqual(
    refused.map((said) => /^✗(signature|options)/.exec(said)?.[1]),
    ["signature", "options"],
  );
  assert.match(
    (await page.locator("#right").textContent()) ?? "",
    /^signature: with the path \/rs:fil:30\/plain\/s3:\/\/pictures\/trip\/sea\.png it would be [\w-]{43}: http/,
  );
});
