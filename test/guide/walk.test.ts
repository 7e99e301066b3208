import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { installed, shell } from "../package/installed.ts";
import { drawn } from "../pictures.ts";
import { type Block, blocksOf, type Command } from "./commands.ts";

const own = installed();
after(() => own[Symbol.dispose]());
const home = join(own.project, "../home");
mkdirSync(join(home, "Pictures"), { recursive: true });
writeFileSync(join(home, "Pictures/cat.png"), await drawn(300, 200).png().toBuffer());

/** The shell of somebody with no account: a Node that is new enough, no credentials, no region. */
const env = {
  ...shell,
  PATH: `${join(process.execPath, "..")}:${shell.PATH}`,
  CDK_DISABLE_CLI_TELEMETRY: "true",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_REGION: "us-east-1",
  KEYS: "arn:aws:secretsmanager:us-east-1:111122223333:secret:pictures-a1b2c3",
  STORE: "arn:aws:cloudfront::111122223333:key-value-store/00000000-0000-0000-0000-000000000000",
  AWS_CONFIG_FILE: join(home, "none"),
  AWS_SHARED_CREDENTIALS_FILE: join(home, "none"),
};

/** The package is not fetched from a registry: it is the one that this checkout makes. */
const withPackage = (line: string) =>
  line.startsWith("npm install") ? line.replace(/ shutterspeed(@[\d.]+)?(?= |$)/, ` ${own.tarball}`) : line;

const bash = (script: string, folder: string) =>
  spawnSync("bash", ["-euo", "pipefail", "-c", script], { cwd: folder, env, encoding: "utf8" });

const skip = !own.add("aws-cdk") && "npm cannot fetch the CDK here";
const emptyFolder = (name: string) => {
  const folder = join(own.project, "..", name);
  mkdirSync(folder);
  return folder;
};

describe("README, followed line by line in an empty folder by somebody without an account", { skip }, () => {
  const folder = emptyFolder("readme");
  for (const block of blocksOf("README.md", "## In your code")) follow(block, folder);
});

describe("the guide to deployments, likewise", { skip }, () => {
  const folder = emptyFolder("guide");
  for (const block of blocksOf("lib/README.md")) follow(block, folder);
});

function follow(block: Block, folder: string): void {
  if ("file" in block) {
    test(`${block.file} is written`, () => writeFileSync(join(folder, block.file), block.content));
    return;
  }
  const { commands } = block;
  const here = commands.filter(({ aws, serves }) => !aws && !serves).map(({ line }) => line);
  if (here.length > 0) {
    test(here.join("; "), () => {
      const { status, stdout, stderr } = bash(here.map(withPackage).join("\n"), folder);
      assert.equal(status, 0, stdout + stderr);
    });
  }
  for (const command of commands.filter(({ serves }) => serves))
    test(command.line, () => serving(command, folder));
  for (const command of commands.filter(({ aws }) => aws))
    test(`not run, and spelled as its help does: ${command.line}`, () => spelled(command, folder));
}

/** Serves a picture, and stops when it is told. */
async function serving({ line }: Command, folder: string): Promise<void> {
  const served = spawn("bash", ["-c", `exec ${line} --port 0`], {
    cwd: folder,
    env: { ...env, HOME: home },
    detached: true,
  });
  try {
    let printed = "";
    for await (const chunk of served.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
      printed += chunk;
      if (printed.includes("Ctrl-C")) break;
    }
    const [url = ""] = printed.match(/http:\S+plain\S+/) ?? [];
    assert.equal((await fetch(url)).status, 200, printed);
    process.kill(-Number(served.pid), "SIGINT");
    await once(served, "exit");
  } finally {
    if (served.exitCode === null && served.signalCode === null) process.kill(-Number(served.pid), "SIGKILL");
  }
}

/** What needs an account, by its first words. */
const ofAws =
  /^(aws |npx cdk (bootstrap|deploy|diff|destroy)\b|npx shutterspeed (purge|keys|warm|doctor)\b|curl |secret=\$\(aws |export IMGPROXY_KEY=\$\{secret)/;

/** Its command is there, and so is each of its options. */
function spelled({ line }: Command, folder: string): void {
  assert.match(line, ofAws, "what needs no account is to be run");
  const [, program, command = ""] = /^npx (cdk|shutterspeed) (\w+)/.exec(line) ?? [];
  if (program === undefined) return;
  if (/^npx shutterspeed (purge|keys|doctor)/.test(line)) {
    const { status, stderr } = bash(line, folder);
    assert.equal(status, 1);
    assert.match(stderr, /credentials/i, "all that is missing is an account");
  }
  for (const [option] of line.matchAll(/(?<= )--[\w-]+/g))
    assert.match(help(`${program} ${command}`, folder), new RegExp(`${option}\\b`), option);
}

const helps = new Map<string, string>();

/** What a command says of itself. */
function help(command: string, folder: string): string {
  const known = helps.get(command);
  if (known !== undefined) return known;
  const { status, stdout, stderr } = bash(`npx ${command} --help`, folder);
  assert.equal(status, 0, stderr);
  helps.set(command, stdout);
  return stdout;
}
