import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bundle } from "../../lib/local/lambda/bundle.ts";
import { startFunction } from "../../lib/local/lambda/function.ts";
import { startFunctionUrl } from "../../lib/local/lambda/function-url.ts";
import { accessVariables } from "../../lib/local/s3/access.ts";
import { startFolderS3 } from "../../lib/local/s3/folder-s3.ts";
import { type Case, cases, environmentOf, missing, pathOf } from "../golden/cases.ts";
import { type Answer, compare } from "../golden/compare.ts";
import { tries } from "../thorough.ts";
import { running } from "./running.ts";

const folder = mkdtempSync(join(tmpdir(), "shutterspeed-golden-"));
after(() => rmSync(folder, { recursive: true }));

/** Of a connection, of one request, or of nobody but AWS. */
const own = /^(date|connection|keep-alive|transfer-encoding|content-length|x-request-id|x-amzn?-.*)$/;

async function answerOf(origin: string, asked: Case): Promise<Answer> {
  const headers = { accept: asked.accept ?? "*/*" };
  const response = await fetch(origin + pathOf(asked), { headers, redirect: "manual" });
  return {
    status: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => !own.test(name))),
    body: Buffer.from(await response.bytes()),
  };
}

/** dB from which two AVIFs are the same picture. */
const ALIKE = 30;

/** How our two answers to the same request differ; `undefined` where they are the same to the last byte. */
async function difference(one: Answer, other: Answer): Promise<string | undefined> {
  if (one.status !== other.status) return `${one.status} ≠ ${other.status}`;
  const [told, said] = [one, other].map(({ headers }) => JSON.stringify(Object.entries(headers).sort()));
  if (told !== said) return `${told} ≠ ${said}`;
  if (one.body.equals(other.body)) return undefined;
  // Its bytes depend on the number of threads, of which the function has as many as CPUs, and a process of the server one. On one CPU they are the same.
  if (one.headers["content-type"] !== "image/avif") return `${one.body.length} ≠ ${other.body.length} bytes`;
  const { differs, pictures } = await compare(one, other);
  const { picture: _, length: __, ...others } = differs;
  const alike = Object.keys(others).length === 0 && (pictures?.psnr ?? 0) >= ALIKE;
  return alike ? undefined : JSON.stringify(differs);
}

const groups = [...Map.groupBy(missing ? [] : cases, ({ group }) => group)].slice(0, tries(2, Infinity));

for (const [group, all] of groups) {
  // Spread over what there is.
  const step = Math.max(1, Math.floor(all.length / tries(25, Infinity)));
  const asked = all.filter((_, at) => at % step === 0);
  test(`a server answers as the function does: ${group}`, { skip: missing }, async (t) => {
    const s3 = await startFolderS3({
      pictures: fileURLToPath(new URL("../../../shared/pictures", import.meta.url)),
      derivatives: join(folder, group),
    });
    const env = { ...accessVariables(s3), ...environmentOf({ group }) };
    const fn = startFunction({
      bundle: await bundle(),
      env,
      memory: 1769,
      timeout: 60,
      concurrency: 2,
      log: () => {},
    });
    const url = await startFunctionUrl(fn);
    t.after(async () => {
      url.stop();
      await fn.stop();
      await s3.stop();
    });
    await using server = await running({
      ...env,
      IMGPROXY_TIMEOUT: "60",
      SHUTTERSPEED_DERIVATIVES_BUCKET: "",
    });
    const differ: string[] = [];
    for (const one of asked) {
      const [byFunction, byServer] = await Promise.all([
        answerOf(url.origin, one),
        answerOf(server.origin, one),
      ]);
      const found = await difference(byFunction, byServer);
      if (found) differ.push(`${one.id}: ${found}`);
    }
    t.diagnostic(`the same: ${asked.length - differ.length} of ${asked.length}`);
    assert.deepEqual(differ, []);
  });
}

if (missing) test("a server answers as the function does", { skip: missing });
