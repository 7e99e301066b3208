import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, test } from "node:test";
import { paintFor } from "../../lib/cli/paint.ts";
import { requestLine } from "../../lib/cli/request-line.ts";
import { drawn } from "../pictures.ts";

const folder = mkdtempSync(join(tmpdir(), "shutterspeed-cli-"));
after(() => rmSync(folder, { recursive: true }));

const program = join(import.meta.dirname, "../../bin/shutterspeed.ts");

/** The program in an empty folder, with these variables and no others. */
function run(words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...variables },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const keys = { IMGPROXY_KEY: "736563726574", IMGPROXY_SALT: "68656c6c6f" };

describe("help", () => {
  for (const command of [
    "start",
    "serve",
    "sign",
    "explain",
    "doctor",
    "capacity",
    "keys",
    "warm",
    "purge",
  ]) {
    test(`of ${command} has examples and exit statuses, and nothing is made`, () => {
      const { status, stdout } = run([command, "--help"]);
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`^Usage: shutterspeed ${command} `));
      assert.match(stdout, new RegExp(`Examples?:\n.*shutterspeed ${command} `));
      assert.match(stdout, /Exit status: 0 fine, 1 refused or failed .*, 2 wrong command line\./);
    });
  }

  test("of the whole lists the commands; without a command it is a complaint", () => {
    const asked = run(["--help"]);
    const bare = run([]);
    assert.deepEqual([asked.status, asked.stderr, bare.status, bare.stdout], [0, "", 2, ""]);
    for (const command of ["start", "sign", "explain"]) {
      assert.ok(asked.stdout.includes(`  ${command} [options]`));
      assert.ok(bare.stderr.includes(`  ${command} [options]`));
    }
  });

  test("of sign lists every option of the language", () => {
    assert.match(run(["sign", "--help"]).stdout, /--resizing_type <arguments> /);
  });

  test("makes nothing", () => assert.equal(existsSync(join(folder, ".shutterspeed")), false));
});

test("whoever reads the first line only, as head does, ends nothing", async () => {
  const words = [program, "sign", "--help"];
  const child = spawn(process.execPath, words, { env: {}, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  assert.deepEqual([said, status], ["", 0]);
});

test("a wrong command line is one line that helps, and status 2", () => {
  for (const [words, says] of [
    [["strat"], "unknown command 'strat' (Did you mean start?)"],
    [["sign"], "missing required argument 'source'"],
    [["sign", "s3://b/k", "--widht", "3"], "unknown option '--widht' (Did you mean --width?)"],
    [["keys", "list", "--store", "a"], "--store: expected --secret or --parameter beside it"],
    [
      ["keys", "list", "--secret", "a", "--parameter", "b"],
      "--secret and --parameter: expected one of them, got both",
    ],
    [["keys", "revoke", "--secret", "a"], "expected a name with revoke, and with nothing else"],
    [["keys", "roll", "--secret", "a"], "expected list, rotate or revoke, got 'roll'"],
    [["explain", "a", "b"], /^too many arguments for 'explain'/],
    [["start", "a", "--pictures", "b"], /^FOLDER and --pictures: expected one of them/],
  ] as const) {
    const { status, stdout, stderr } = run(words, keys);
    assert.deepEqual([status, stdout], [2, ""], stderr);
    if (typeof says === "string") assert.equal(stderr, `${says}\n`);
    else assert.match(stderr, says);
  }
});

test("what sign is given and cannot use is one line, and status 1", () => {
  for (const [words, env, says] of [
    [["--width", "wide"], keys, 'width: expected an integer of px of at least 0, got "wide"'],
    [["--format", "heic"], keys, /^format: expected one that can be written: .*, got "heic"$/],
    [["--base", "pictures.example"], keys, /^base: expected an origin/],
    [
      [],
      { ...keys, IMGPROXY_SIGNATURE_SIZE: "99" },
      /^IMGPROXY_SIGNATURE_SIZE: expected an integer from 1 to 32/,
    ],
  ] as const) {
    const { status, stdout, stderr } = run(["sign", "s3://b/k", ...words], env);
    assert.deepEqual([status, stdout], [1, ""]);
    if (typeof says === "string") assert.equal(stderr.trim(), says);
    else assert.match(stderr.trim(), says);
  }
});

test("sign writes URLs as the variables want them", () => {
  const env = { ...keys, IMGPROXY_PATH_PREFIX: "/img", IMGPROXY_ARGUMENTS_SEPARATOR: "," };
  const { stdout } = run(
    [
      "sign",
      "s3://b/k",
      "--resize",
      "fill:30:20",
      "--base",
      "https://p.example/",
      "--base64",
      "--format",
      "png",
    ],
    env,
  );
  assert.match(stdout, /^https:\/\/p\.example\/img\/[\w-]{43}\/rs,fill,30,20\/czM6Ly9iL2s\.png\n$/);
  assert.match(run(["explain", stdout.trim()], env).stdout, /ok {2}signature {2}right\n/);
});

test("explain plans with a picture at hand, and warns of variables nobody reads", async () => {
  writeFileSync(join(folder, "cat.jpg"), await drawn(600, 400).jpeg().toBuffer());
  const path = "/unsafe/rs:fill:300:300/plain/s3://b/cat.jpg@webp";
  const { status, stdout, stderr } = run(["explain", path, "--picture", "cat.jpg"], {
    IMGPROXY_QUALTIY: "3",
  });
  assert.equal(status, 0);
  assert.match(stdout, /ok {2}plan {7}600x400 jpeg becomes 300x300 webp .*; some \d+ ms\n$/);
  assert.match(stderr, /^IMGPROXY_QUALTIY: .*did you mean IMGPROXY_QUALITY\?\n$/);
  const missing = run(["explain", path, "--picture", "dog.jpg"]);
  assert.equal(missing.status, 1);
  assert.match(missing.stdout, /no {2}plan .*ENOENT/);
  const huge = run(["explain", "/unsafe/rs:force:60000:60000/el:1/plain/s3://b/k", "--picture", "cat.jpg"]);
  assert.match(huge.stdout, /no {2}plan .*\n.*fewer pixels/);
});

test("explain takes the language to be what the variables say, and refuses nonsense in them", () => {
  const { status, stderr } = run(["explain", "/unsafe/plain/s3://b/k"], { IMGPROXY_QUALITY: "best" });
  assert.deepEqual(
    [status, stderr],
    [1, 'IMGPROXY_QUALITY: expected an integer from 1 to 100, got "best"\n'],
  );
});

test("colours are for terminals, unless somebody says NO_COLOR", (t) => {
  const { NO_COLOR, TERM } = process.env;
  t.after(() =>
    Object.assign(
      process.env,
      NO_COLOR === undefined ? {} : { NO_COLOR },
      TERM === undefined ? {} : { TERM },
    ),
  );
  delete process.env.NO_COLOR;
  process.env.TERM = "xterm";
  assert.equal(paintFor({ isTTY: true }).bad("x"), "\u001b[31mx\u001b[39m");
  assert.equal(paintFor({ isTTY: false }).bad("x"), "x");
  process.env.NO_COLOR = "1";
  assert.equal(paintFor({ isTTY: true }).bad("x"), "x");
});

test("a request is one line: method, status, cache, time, size, path, and why it was refused", () => {
  const served = {
    method: "GET",
    path: "/a",
    status: 200,
    cache: "Hit",
    ms: 12.3,
    bytes: 2345,
    id: "",
  } as const;
  assert.equal(requestLine(served), "GET  200 Hit       12 ms    2.3 kB  /a");
  const reason = { phase: "fetch", passes: false, says: "no such key", advice: "put it there" } as const;
  assert.equal(
    requestLine({ ...served, status: 404, cache: "Error", bytes: 3 }, reason),
    "GET  404 Error     12 ms       3 B  /a  fetch: no such key; put it there",
  );
});
