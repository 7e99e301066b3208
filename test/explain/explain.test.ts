import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { readConfig } from "../../lambda/config/variables.ts";
import { compileLanguage } from "../../lambda/url/language.ts";
import { explain } from "../../lib/explain/explain.ts";
import { drawn } from "../pictures.ts";
import { env, signed, type WrongUrl, wrongUrls } from "./wrong-urls.ts";

const now = Date.now();
const languageOf = (more: WrongUrl["env"] = {}) => compileLanguage(readConfig({ ...env, ...more }), now);

describe("of a wrong URL explain says the phase, the reason and what to do", () => {
  for (const { says, path, phase, why, advice, env: more } of wrongUrls.filter(({ running }) => !running)) {
    test(says, () => {
      const { refused } = explain(`http://localhost:8080${path}`, languageOf(more), now);
      assert.equal(refused?.phase, phase, refused?.says);
      assert.match(refused?.says ?? "", why);
      assert.match(refused?.advice ?? "", advice);
    });
  }
});

test("of a right URL it says what is asked, after presets", () => {
  const path = signed("/pr:thumb/q:70/plain/s3://pictures/my%20cat.jpg@webp");
  const { refused, asked, source, findings } = explain(path, languageOf(), now);
  assert.equal(refused, undefined);
  assert.deepEqual(asked, {
    preset: ["thumb"],
    resizing_type: "fill",
    width: 100,
    height: 100,
    quality: 70,
    format: "webp",
  });
  assert.equal(source, "s3://pictures/my cat.jpg");
  assert.deepEqual(
    findings.map(({ phase }) => phase),
    ["path", "signature", "options", "source", "format", "key"],
  );
  assert.match(findings.at(-1)?.says ?? "", /^[\da-f]{32}\/[\da-f]{32}\.any$/);
});

test("what is refused for two reasons is told both", () => {
  const { findings } = explain("/unsafe/resise:3/plain/s3://b/k", languageOf(), now);
  assert.deepEqual(
    findings.filter(({ passes }) => !passes).map(({ phase }) => phase),
    ["signature", "options"],
  );
});

test("start says the same in the line of the request", { timeout: 120_000 }, async (t) => {
  const home = await mkdtemp(join(tmpdir(), "shutterspeed-explain-"));
  after(() => rm(home, { recursive: true }));
  await writeFile(join(home, "cat.jpg"), await drawn(300, 200).jpeg().toBuffer());
  await writeFile(join(home, "notes.jpg"), "no picture");
  const program = join(import.meta.dirname, "../../bin/shutterspeed.ts");
  const running = spawn(process.execPath, [program, "start", ".", "--port", "0"], {
    cwd: home,
    env: { ...process.env, ...env, NO_COLOR: "1" },
  });
  t.after(() => running.kill("SIGKILL"));
  let printed = "";
  running.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const until = async (holds: () => boolean) => {
    for (let patience = 600; patience > 0 && !holds(); patience--) await pause(50);
    assert.ok(holds(), printed);
  };
  await until(() => printed.includes("Ctrl-C"));
  const port = Number(/localhost:(\d+)/.exec(printed)?.[1]);

  for (const { says, path, phase, why, advice, env: more } of wrongUrls) {
    if (more) continue;
    const before = printed.length;
    const status = await statusOf(port, path);
    assert.ok(status >= 400 && status < 500, `${says}: ${status}`);
    await until(() => printed.slice(before).includes("\n"));
    const [, reason = "", advised = ""] =
      new RegExp(`  ${phase}: ([^;]*);? ?(.*)\n`).exec(printed.slice(before)) ?? [];
    assert.match(`${reason}; ${advised}`, why, `${says}: ${printed.slice(before)}`);
    assert.match(`${reason}; ${advised}`, advice, `${says}: ${printed.slice(before)}`);
  }
});

/** Of a path sent as it is. */
const statusOf = (port: number, path: string) =>
  new Promise<number>((resolve, reject) => {
    request({ port, path, host: "127.0.0.1" }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    })
      .on("error", reject)
      .end();
  });
