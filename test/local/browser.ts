import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { chromium, type Page } from "playwright-core";
import { isProgram } from "../package/installed.ts";

const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = programs.find(isProgram);

/** Why tests in a browser are skipped on this machine; `false` where there is one. */
export const skip = !executablePath && `no browser: ${programs.join(", ")}`;

/** A real browser's context, which ends with the test. */
export async function browserFor(t: TestContext, viewport = { width: 1280, height: 720 }) {
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: ["--no-sandbox"],
  });
  t.after(() => browser.close());
  return browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], viewport });
}

/** The inputs of an option. */
export const option = (page: Page, name: string) => page.locator(`[data-option="${name}"]`);

/** Waits until the result is there. */
export const settled = (page: Page) =>
  until(async () =>
    Boolean(
      await page.evaluate(
        'document.getElementById("result-facts").textContent !== "" && !document.querySelector("#work.busy")',
      ),
    ),
  );

/** Waits until it holds, ten seconds at most. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, "within ten seconds");
    await pause(20);
  }
}

/** The bytes that the page shows. */
export async function resultBytes(page: Page): Promise<Buffer> {
  const read =
    'fetch(document.getElementById("result").src).then((one) => one.bytes()).then((bytes) => [...bytes])';
  const bytes: unknown = await page.evaluate(read);
  assert.ok(Array.isArray(bytes) && bytes.length > 0);
  return Buffer.from(bytes);
}

/** What a visitor copies from the page. */
export const copied = async (page: Page): Promise<string> =>
  String(await page.evaluate("navigator.clipboard.readText()"));

/** What curl gets. Rejects on a status that is none of success. */
export const curled = async (url: string): Promise<Buffer> =>
  (await promisify(execFile)("curl", ["--silent", "--fail", url], { encoding: "buffer" })).stdout;
