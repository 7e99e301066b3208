import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, test } from "node:test";
import { publint } from "publint";
import sharp from "sharp";
import { isPart } from "../../lib/stack/bundling.ts";
import project from "../../package.json" with { type: "json" };
import { drawn } from "../pictures.ts";
import { assetFiles } from "../stack/asset-files.ts";
import { installed, nodes, run, shell } from "./installed.ts";

/** The package as a stranger has it: from the tarball, in an empty folder. */
const own = installed();
after(() => own[Symbol.dispose]());

const keys = { IMGPROXY_KEY: "736563726574", IMGPROXY_SALT: "68656c6c6f" };
const read = (guide: string) => readFileSync(resolve(import.meta.dirname, "../..", guide), "utf8");
const examples = [
  ...(read("README.md") + read("lib/client/README.md")).matchAll(/```(?:js|ts)\n(.*?)```/gs),
].map(([, code = ""]) => code);
const exampleOf = (words: string) => examples.find((code) => code.includes(words)) ?? "";
const bin = join(own.project, "node_modules/.bin/shutterspeed");

test("who only signs installs one package of at most 2 MB, without the CDK and sharp", (t) => {
  const modules = readdirSync(join(own.project, "node_modules")).filter((name) => !name.startsWith("."));
  assert.deepEqual(modules, ["shutterspeed"], "what is bundled is a devDependency");
  assert.ok(own.bytes() <= 2_000_000, `${own.bytes()} bytes`);
  t.diagnostic(`${own.packed.size} bytes packed, ${own.bytes()} installed in ${own.ms.toFixed(0)} ms`);
});

test("it holds what was built and nothing of the sources, and names no registry", () => {
  const files: readonly string[] = own.packed.files.map(({ path }: { path: string }) => path);
  const outside = files.filter(
    (path) =>
      !/^(dist\/|README\.md|LICENSE|CHANGELOG\.md|package\.json|lib\/(client\/)?README\.md$|test\/oracle\/signing\.json$)/.test(
        path,
      ),
  );
  assert.deepEqual(outside, []);
  for (const path of files) {
    const text = readFileSync(join(own.project, "node_modules/shutterspeed", path), "utf8");
    assert.doesNotMatch(text, /"resolved":/, path);
    assert.ok(!text.includes(resolve(import.meta.dirname, "../..")), path);
  }
});

test("publint finds nothing in it", async () => {
  const bytes = readFileSync(own.tarball);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages } = await publint({ pack: { tarball }, strict: true });
  assert.deepEqual(messages, []);
});

describe("the client's examples of README and of its own guide run", () => {
  const there = nodes();
  for (const major of [20, 22, 24]) {
    test(`on Node ${major}`, { skip: !there.has(major) && "no such node on this machine" }, () => {
      for (const words of ["createHmac", "shutterspeed/client"]) {
        writeFileSync(join(own.project, "example.mjs"), `${exampleOf(words)}\nconsole.log(url);`);
        const printed = run(there.get(major) ?? "", ["example.mjs"], own.project, keys);
        // printf 'hello%s' PATH | openssl dgst -sha256 -hmac secret -binary | basenc --base64url
        assert.equal(
          printed.trim(),
          "https://d111111abcdef8.cloudfront.net/r7fKIKoTVz87fn-D3H08-Nt-qYEHm40c66wnR4-jAYs/rs:fill:300:200/plain/s3://my-pictures/cat.jpg@webp",
        );
      }
    });
  }
});

test("so does the example of the client's own README, which its types allow", () => {
  const guide = readFileSync(join(own.project, "node_modules/shutterspeed/lib/client/README.md"), "utf8");
  const [, code = ""] = /```ts\n(.*?)```/s.exec(guide) ?? [];
  writeFileSync(join(own.project, "example.mjs"), `${code}\nconsole.log(url, html);`);
  const printed = run(process.execPath, ["example.mjs"], own.project, keys);
  assert.match(
    printed,
    /\/pr:thumb\/exp:\d+\/plain\/s3:\/\/my-pictures\/cat\.jpg <picture><source type="image\/avif" srcset="https:.*<img src=/,
  );
});

/** What the compiler says of a file of the project, and with more flags of the package's own declarations. */
function checked(file: string, code: string, more: readonly string[] = ["--skipLibCheck"]): string {
  const tsc = resolve(import.meta.dirname, "../../node_modules/.bin/tsc");
  writeFileSync(join(own.project, file), code);
  const flags = "--noEmit --strict --module nodenext --target es2022 --lib es2022,dom";
  const words = [tsc, ...flags.split(" "), "--types", "", ...more, file];
  return spawnSync(process.execPath, words, { cwd: own.project, encoding: "utf8" }).stdout;
}

test("its types hold for a user, and refuse what the function refuses", () => {
  const from =
    'import { imageUrls } from "shutterspeed/client";\nconst images = imageUrls({ base: "", presets: ["thumb"] });\n';
  const check = (code: string) => checked("typed.ts", from + code);
  assert.equal(
    check('images.url("s3://b/k", { resize: { width: 3 }, format: "webp", preset: ["thumb"] });'),
    "",
  );
  assert.match(check('images.url("s3://b/k", { format: "heic" });'), /error TS2322.*"heic"/);
  assert.match(check('images.url("s3://b/k", { preset: ["hero"] });'), /error TS2322.*"hero"/);
});

test("its types are found by a module, by CommonJS and by a bundler, and hold by themselves", () => {
  const code = 'import { imageUrls } from "shutterspeed/client";\nimageUrls({ base: 7 });\n';
  const refused = /^found\.\w+\(2,13\): error TS2322: Type 'number' is not assignable to type 'string'\.$/;
  for (const file of ["found.mts", "found.cts"]) assert.match(checked(file, code, []).trim(), refused, file);
  const bundler = ["--module", "esnext", "--moduleResolution", "bundler"];
  assert.match(checked("found.ts", code, bundler).trim(), refused);
});

test("an app of CommonJS requires it", () => {
  const code = 'console.log(require("shutterspeed/client").imageUrls({ base: "" }).url("s3://b/k"))';
  assert.equal(run(process.execPath, ["--eval", code], own.project).trim(), "/unsafe/plain/s3://b/k");
});

test("the command line signs and explains", () => {
  const signed = run(process.execPath, [bin, "sign", "s3://b/k", "--width", "9"], own.project, keys).trim();
  assert.match(signed, /^http:\/\/localhost:8080\/[\w-]{43}\/w:9\/plain\/s3:\/\/b\/k$/);
  assert.match(
    run(process.execPath, [bin, "explain", signed], own.project, keys),
    /^ok {2}signature {2}right$/m,
  );
  assert.equal(run(process.execPath, [bin, "--version"], own.project).trim(), project.version);
  const refused = spawnSync(process.execPath, [bin, "explain", signed.replace("w:9", "w:8")], {
    cwd: own.project,
    encoding: "utf8",
    env: { ...shell, ...keys },
  });
  assert.equal(refused.status, 1);
  assert.match(refused.stdout, /^no {2}signature/m);
});

test("without the AWS SDK, doctor says what to install; with it, it examines", (t) => {
  const examined = () =>
    spawnSync(process.execPath, [bin, "doctor", "s3://b/k"], {
      cwd: own.project,
      encoding: "utf8",
      env: {
        ...shell,
        IMGPROXY_S3_ENDPOINT: "http://127.0.0.1:9",
        AWS_ACCESS_KEY_ID: "a",
        AWS_SECRET_ACCESS_KEY: "b",
        AWS_REGION: "us-east-1",
      },
    });
  const { status, stderr } = examined();
  assert.deepEqual(
    [status, stderr.trim()],
    [1, "the AWS SDK is not installed, which speaks to S3: npm install @aws-sdk/client-s3"],
  );
  if (!own.add("@aws-sdk/client-s3")) return t.skip("npm cannot fetch the AWS SDK here");
  const found = examined();
  assert.equal(found.status, 1, found.stderr);
  assert.match(found.stdout, /connect/);
});

test("without sharp, start says what to install", () => {
  const { status, stderr } = spawnSync(process.execPath, [bin, "start"], {
    cwd: own.project,
    encoding: "utf8",
    env: shell,
  });
  assert.deepEqual(
    [status, stderr.trim()],
    [1, "sharp is not installed, which draws the pictures: npm install sharp"],
  );
});

test("on a Node that is too old, start and serve say which they need", {
  skip: !nodes().has(20) && "no Node 20 on this machine",
}, () => {
  for (const command of ["start", "serve"]) {
    const { status, stderr } = spawnSync(nodes().get(20) ?? "", [bin, command], {
      cwd: own.project,
      encoding: "utf8",
      env: shell,
    });
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`^${command} needs Node 22\\.15 or newer, this is 20\\.\\d+\\.\\d+\\n$`));
  }
});

test("start serves a folder, with sharp beside it", async (t) => {
  if (!own.add("sharp")) return t.skip("npm cannot fetch sharp here");
  mkdirSync(join(own.project, "pictures"));
  writeFileSync(join(own.project, "pictures/cat.png"), await drawn(300, 200).png().toBuffer());
  writeFileSync(join(own.project, "pictures/dog.heic"), "");
  const running = spawn(process.execPath, [bin, "start", "pictures", "--port", "0"], {
    cwd: own.project,
    env: shell,
  });
  t.after(() => running.kill("SIGKILL"));
  const complaints = text(running.stderr);
  let printed = "";
  for await (const chunk of running.stdout.iterator({ destroyOnReturn: false })) {
    printed += chunk;
    if (printed.includes("Ctrl-C")) break;
  }
  const [url = ""] = printed.match(/http:\S+plain\S+/) ?? [];
  const { width, format } = await sharp(await (await fetch(url)).bytes()).metadata();
  assert.deepEqual([width, format], [300, "webp"]);
  const page = await (await fetch(new URL("/", url))).text();
  const loaded = [...page.matchAll(/(?:src|href)="(\/playground\/[^"]+)"/g)].map(([, path = ""]) => path);
  assert.equal(loaded.length, 2);
  for (const path of loaded) assert.equal((await fetch(new URL(path, url))).status, 200, path);
  const alone = await (await fetch(new URL("/playground", url))).text();
  assert.match(alone, /<style>:root.*<script type="module">.*id="settings">\{"signed":true/s);
  running.kill("SIGINT");
  assert.deepEqual(await once(running, "exit"), [0, null]);
  assert.equal(await complaints, "heic pictures cannot be read: npm install libheif-js\n");
});

test("README's CDK app is type-checked, in TypeScript, and what it misspells is refused", (t) => {
  if (!own.add("aws-cdk-lib", "constructs")) return t.skip("npm cannot fetch the CDK here");
  const app = exampleOf("new ImageStack");
  assert.equal(checked("app.mts", app), "");
  const wrong = (from: string, to: string) => checked("app.mts", app.replace(from, to));
  assert.match(wrong("IMGPROXY_QUALITY", "IMGPROXY_QUALTIY"), /error TS2561?.*IMGPROXY_QUALTIY/);
  assert.match(wrong("IMGPROXY_QUALITY: 75", 'IMGPROXY_QUALITY: "loud"'), /error TS2322.*"loud"/);
  assert.match(wrong("sourceBuckets", "sourceBukets"), /error TS2561?.*sourceBukets/);
});

describe("README's CDK app synthesises in TypeScript", () => {
  const there = nodes();
  for (const major of [22, 24]) {
    test(`on Node ${major}`, { skip: !there.has(major) && "no such node on this machine" }, (t) => {
      if (!own.add("aws-cdk-lib", "constructs")) return t.skip("npm cannot fetch the CDK here");
      writeFileSync(join(own.project, "app.mts"), exampleOf("new ImageStack"));
      const out = join(own.project, `cdk.out.${major}`);
      run(there.get(major) ?? "", ["app.mts"], own.project, { CDK_OUTDIR: out });
      const { Resources } = JSON.parse(readFileSync(join(out, "Pictures.template.json"), "utf8"));
      const { FunctionCode } =
        Object.values<{ Type: string; Properties: Record<string, string> }>(Resources).find(
          ({ Type }) => Type === "AWS::CloudFront::Function",
        )?.Properties ?? {};
      assert.match(FunctionCode ?? "", /function handler\(event\)/);
    });
  }
});

test("serve serves a folder, with sharp beside it", async (t) => {
  if (!own.add("sharp")) return t.skip("npm cannot fetch sharp here");
  const folder = join(own.project, "served");
  mkdirSync(folder);
  writeFileSync(join(folder, "cat.png"), await drawn(300, 200).png().toBuffer());
  const env = { ...shell, IMGPROXY_LOCAL_FILESYSTEM_ROOT: folder, IMGPROXY_BIND: "127.0.0.1:0" };
  const running = spawn(process.execPath, [bin, "serve"], { cwd: own.project, env });
  t.after(() => running.kill("SIGKILL"));
  const [line] = await once(running.stdout.setEncoding("utf8"), "data");
  const [, port = ""] = /^Listening on (\d+)/.exec(line) ?? [];
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  for (const [path, type] of [
    ["w:30/plain/local:///cat.png@webp", "image/webp"],
    ["w:30/rot:90/bl:2/trim:10/plain/local:///cat.png@jpg", "image/jpeg"],
  ]) {
    const response = await ask(`/_/${path}`);
    assert.deepEqual([response.status, response.headers.get("content-type")], [200, type]);
    assert.equal((await sharp(await response.bytes()).metadata()).format, type?.slice("image/".length));
  }
  running.kill("SIGTERM");
  assert.deepEqual(await once(running, "exit"), [0, null]);
});

test("README's CDK app synthesises: the function comes with the package, its sharp from npm", async (t) => {
  if (!own.add("aws-cdk-lib", "constructs")) return t.skip("npm cannot fetch the CDK here");
  const example = exampleOf("new ImageStack");
  writeFileSync(
    join(own.project, "app.mjs"),
    example.replace("  sourceBuckets", "  playground: true,\n  sourceBuckets"),
  );
  const out = join(own.project, "cdk.out");
  run(process.execPath, ["app.mjs"], own.project, { CDK_OUTDIR: out });
  const { Resources } = JSON.parse(readFileSync(join(out, "Pictures.template.json"), "utf8"));
  const drawing = Object.values<{ Type: string; Properties: Record<string, unknown> }>(Resources).find(
    ({ Properties }) => Properties.Handler === "handler.handler",
  );
  assert.equal(Object(drawing?.Properties.Environment).Variables.IMGPROXY_AUTO_WEBP, "true");
  const required = 'console.log(require("shutterspeed").ImageStack.name)';
  assert.equal(run(process.execPath, ["--eval", required], own.project).trim(), "ImageStack");
  const asset = readdirSync(out).find(
    (name) => name.startsWith("asset.") && readdirSync(join(out, name)).includes("handler.mjs"),
  );
  const names = readdirSync(join(out, asset ?? "")).filter((name) => !isPart(name));
  assert.deepEqual(names.sort(), [...assetFiles]);
  const page = readdirSync(out).find(
    (name) => name.startsWith("asset.") && readdirSync(join(out, name)).includes("page.mjs"),
  );
  const answer = `console.log((await (await import("./${page}/page.mjs")).handler()).body)`;
  assert.match(
    run(process.execPath, ["--input-type=module", "--eval", answer], out),
    /<title>Shutterspeed playground<\/title>.*<script type="module">/s,
  );
  const load = `console.log(typeof (await import("./${asset}/warm.mjs")).handler)`;
  assert.equal(run(process.execPath, ["--input-type=module", "--eval", load], out).trim(), "function");
  const { version } = JSON.parse(
    readFileSync(join(out, asset ?? "", "node_modules/sharp/package.json"), "utf8"),
  );
  assert.equal(version, project.devDependencies.sharp);
});
