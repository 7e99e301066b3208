import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { startSession } from "../../lib/local/session.ts";
import { drawn } from "../pictures.ts";
import { browserFor, copied, curled, option, resultBytes, settled, skip } from "./browser.ts";

const key = "943b421c9eb07c83";
const salt = "520f986b998545b4";
const folder = await mkdtemp(join(tmpdir(), "pictures-"));
await writeFile(join(folder, "cat.jpg"), await drawn(600, 400).jpeg().toBuffer());
const home = await mkdtemp(join(tmpdir(), "shutterspeed-alone-"));
const session = await startSession({
  ...{ home, pictures: folder, host: "127.0.0.1", port: 0, memory: 1769, timeout: 20 },
  env: { IMGPROXY_KEY: key, IMGPROXY_SALT: salt },
  served: () => {},
  complain: () => {},
  drawing: () => {},
});
const { origin } = session;
after(async () => {
  await session.stop();
  await Promise.all([folder, home].map((path) => rm(path, { recursive: true })));
});

test("whoever has the key types it in, names a source, and what the URL says is what was seen; the key goes nowhere", {
  skip,
}, async (t) => {
  const page = await (await browserFor(t)).newPage();
  const mistakes: string[] = [];
  const asked: string[] = [];
  page.on("pageerror", ({ message }) => mistakes.push(message));
  page.on("console", (line) => line.type() === "error" && mistakes.push(line.text()));
  page.on("request", (request) => asked.push(`${request.url()} ${request.postData() ?? ""}`));
  await page.goto(`${origin}/playground`);

  const source = page.getByLabel("Source", { exact: true });
  await source.fill("s3://pictures/cat.jpg");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByText("key and salt: expected both").waitFor();
  await page.getByRole("button", { name: "All pictures" }).click();
  assert.equal(await page.evaluate("document.activeElement.id"), "source-named");
  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.getByLabel("Salt", { exact: true }).fill("xyz");
  await page.getByRole("button", { name: "Use" }).click();
  await page.getByText("salt: expected hex-encoded bytes").waitFor();
  await page.getByLabel("Salt", { exact: true }).fill(salt);
  await page.getByRole("button", { name: "Use" }).click();
  await page.getByText("URLs are signed with them now").waitFor();
  assert.equal(await page.getByLabel("Key", { exact: true }).inputValue(), "");
  await page.getByRole("button", { name: "Open" }).click();
  await settled(page);
  assert.match((await page.locator("#source-facts").textContent()) ?? "", /^600 × 400 · jpeg · /);

  await option(page, "width").getByLabel("value").fill("150");
  await page.locator("#url", { hasText: "/w:150/" }).waitFor();
  await settled(page);
  await page.locator("#result-facts", { hasText: "150 × 100" }).waitFor();
  assert.match(
    (await page.locator("#plan-says").textContent()) ?? "",
    /^600x400 jpeg becomes 150x100 jpeg .*planned in this page/,
  );
  await page.locator('[data-copy="url"]').click();
  const url = await copied(page);
  assert.match(url, /\/[\w-]{43}\/w:150\/plain\/s3:\/\/pictures\/cat\.jpg$/);
  const fetched = await curled(url);
  assert.ok(fetched.equals(await resultBytes(page)), "the same bytes");
  assert.equal((await sharp(fetched).metadata()).width, 150);

  // Half of a right signature: what is verified here is verified as the function does.
  const [, signature = "", path = ""] = /^http:\/\/[^/]+\/([\w-]+)(\/.*)$/.exec(url) ?? [];
  await page.getByLabel("URL or path").fill(`/${signature.slice(0, 20)}${path}`);
  await page.getByRole("button", { name: "Explain" }).click();
  await page.getByText("it has 15 bytes, and IMGPROXY_SIGNATURE_SIZE is 32").waitFor();
  await page.getByText(`with the path ${path} it would be ${signature}`).waitFor();

  assert.deepEqual(
    asked.filter((one) => one.includes(key) || one.includes(salt)),
    [],
  );
  assert.deepEqual(
    asked.filter((one) => one.includes("/playground")).map((one) => one.trim()),
    [`${origin}/playground`],
    "no server answers it",
  );
  const kept = await page.evaluate(
    "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])",
  );
  assert.match(String(kept), /s3:\/\/pictures\/cat\.jpg/);
  assert.doesNotMatch(String(kept), new RegExp(`${key}|${salt}`));
  assert.deepEqual(mistakes, []);

  // It is remembered, and cannot be drawn without the key.
  await page.goto(`${origin}/playground`);
  await page.getByRole("button", { name: "s3://pictures/cat.jpg" }).waitFor();
  assert.equal(await page.locator("#pictures img").count(), 0);
});
