import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { derivativePrefixes, objectTag } from "../../lambda/url/key.ts";
import { listen } from "../../lib/local/listen.ts";
import { startFolderS3 } from "../../lib/local/s3/folder-s3.ts";
import { startSession } from "../../lib/local/session.ts";
import { plain } from "../drawing.ts";

const home = await mkdtemp(join(tmpdir(), "shutterspeed-purge-"));
const pictures = join(home, "pictures");
await mkdir(join(pictures, "cats"), { recursive: true });
for (const name of ["cats/a b+é.png", "cats/b.png", "dog.png"])
  await writeFile(join(pictures, name), await plain(20, 10, "#ff0000").png().toBuffer());
after(() => rm(home, { recursive: true }));

const program = join(import.meta.dirname, "../../bin/shutterspeed.ts");
/** The program in that folder, with these variables and no others. */
const purge = (words: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const options = { cwd: home, env: { PATH: process.env.PATH, ...variables } };
    execFile(process.execPath, [program, "purge", ...words], options, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });

test("a command line that makes no sense is one line", async () => {
  for (const [words, status, says] of [
    [[], 2, "expected one of SOURCE, --prefix, --all and --events-of\n"],
    [["s3://b/k", "--all"], 2, "expected one of SOURCE, --prefix, --all and --events-of\n"],
    [["--prefix", "cats/"], 2, '--prefix: expected s3://bucket/folder/, got "cats/"\n'],
    [["--all", "--local", "x"], 2, '--local: expected an integer from 0 to 65535, got "x"\n'],
    [
      ["--all", "--local"],
      1,
      "nothing was started here on port 8080: .shutterspeed/purge-8080.json is not there\n",
    ],
  ] as const)
    assert.deepEqual(await purge(words), { status, stdout: "", stderr: says });
});

test("what start runs is purged by hand: one source, a folder, everything; a dry run purges nothing", async (t) => {
  const session = await startSession({
    ...{ home: join(home, ".shutterspeed"), pictures, host: "127.0.0.1", port: 0, memory: 1769, timeout: 20 },
    env: { SHUTTERSPEED_KEEP_AFTER: "0", IMGPROXY_TRUSTED_SIGNATURES: "t", IMGPROXY_TTL: "1000" },
    ...{ served() {}, complain() {}, drawing() {} },
  });
  t.after(session.stop);
  const { port } = new URL(session.origin);
  const urls = ["cats/a%20b+%C3%A9.png", "cats/b.png", "dog.png"].map(
    (name) => `${session.origin}/t/w:5/plain/s3://pictures/${name}@png`,
  );
  const from = () =>
    Promise.all(urls.map(async (url) => (await fetch(url)).headers.get("x-cache")?.split(" ")[0]));
  const derivatives = async () => (await readdir(join(home, ".shutterspeed/derivatives", port))).length;
  /** Purges, and tells what viewers get once that is done. */
  const after = async (...words: readonly string[]) => {
    const made = await derivatives();
    const { status, stdout, stderr } = await purge([...words, "--local", port]);
    assert.deepEqual([status, stderr], [0, ""]);
    for (const end = Date.now() + 5000; (await derivatives()) === made && Date.now() < end; await pause(10));
    await pause(100);
    return [stdout, await derivatives(), await from()] as const;
  };
  await from();
  assert.deepEqual(await from(), ["Hit", "Hit", "Hit"]);
  assert.equal(await derivatives(), 3);

  const [dry] = [await purge(["--all", "--dry-run", "--local", port])];
  assert.match(dry.stdout, /^3 derivatives of derivatives, and all that edges hold: .*\n$/);
  assert.deepEqual(await from(), ["Hit", "Hit", "Hit"]);

  const [one, left, seen] = await after("s3://pictures/cats/a b+é.png");
  assert.match(
    one,
    /^s3:\/\/pictures\/cats\/a b\+é\.png: 1 derivative, and what edges hold of it\nhanded over in a message/,
  );
  assert.deepEqual([left, seen], [2, ["Miss", "Hit", "Hit"]]);

  const [folder, leftOfAll, seenThen] = await after("--prefix", "s3://pictures/cats/");
  assert.match(folder, /^s3:\/\/pictures\/cats\/: what was made of 2 objects, .*: 4 paths of invalidations/);
  assert.deepEqual([leftOfAll, seenThen], [1, ["Miss", "Miss", "Hit"]]);

  const [, none, missed] = await after("--all");
  assert.deepEqual([none, missed], [0, ["Miss", "Miss", "Miss"]]);
  const nothing = await purge(["--prefix", "s3://pictures/birds/", "--local", port]);
  assert.deepEqual(
    [nothing.status, nothing.stderr],
    [1, "s3://pictures/birds/: no object's key begins so\n"],
  );
});

test("a deployed stack is found by its outputs, and its queue asked; rewritten names count as the environment says", async (t) => {
  const s3 = await startFolderS3({ pictures, derivatives: join(home, "kept") });
  const client = new S3Client({ ...s3, forcePathStyle: true });
  const prefixes = derivativePrefixes(objectTag("pictures", "dog.png"));
  for (const prefix of prefixes)
    await client.send(new PutObjectCommand({ Bucket: "derivatives", Key: `${prefix}x`, Body: "x" }));
  client.destroy();
  // CloudFormation and SQS in one: there is none to be had here.
  const heard: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (!body.startsWith("Action=DescribeStacks")) {
      heard.push(JSON.parse(body).MessageBody);
      return response.writeHead(200).end("{}");
    }
    if (!body.endsWith("StackName=Mine"))
      return response.writeHead(400).end("<Error><Message>Stack with id X does not exist</Message></Error>");
    const output = (key: string, value: string) =>
      `<member><OutputValue>${value}</OutputValue><OutputKey>${key}</OutputKey></member>`;
    response.end(
      `<Outputs>${output("DerivativesBucket", "derivatives")}${output("PurgeQueue", `${aws}/1/Q`)}</Outputs>`,
    );
  });
  const aws = `http://127.0.0.1:${await listen(server)}`;
  t.after(async () => {
    server.close();
    await s3.stop();
  });
  const env = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_CLOUDFORMATION: aws,
    IMGPROXY_URL_REPLACEMENTS: "img://=s3://pictures/",
  };
  const done = await purge(["img://dog.png", "--stack", "Mine"], env);
  assert.match(done.stdout, /^s3:\/\/pictures\/dog\.png: 2 derivatives, and what edges hold of it\n/);
  assert.deepEqual(heard, ['{"purge":{"sources":["img://dog.png"]}}']);
  const missing = await purge(["--all"], env);
  assert.deepEqual(
    [missing.status, missing.stderr],
    [1, "Shutterspeed: Stack with id X does not exist (--stack NAME and AWS_REGION say which stack it is)\n"],
  );
  const nonsense = await purge(["cat.jpg", "--stack", "Mine"], env);
  assert.match(
    nonsense.stderr,
    /^expected a source such as s3:\/\/bucket\/key or https:\/\/host\/path, got "cat\.jpg"\n$/,
  );
});

test("a bucket is had tell EventBridge, and what else it tells stays as it is", async (t) => {
  const queue =
    "<QueueConfiguration><Id>mine</Id><Queue>arn:aws:sqs:us-east-1:1:q</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>";
  let told = queue;
  // As much of S3 as tells of notifications: the embedded one knows none.
  const server = createServer(async (request, response) => {
    if (request.method === "PUT") told = await text(request);
    response.end(
      request.method === "PUT" ? "" : `<NotificationConfiguration>${told}</NotificationConfiguration>`,
    );
  });
  const endpoint = `http://127.0.0.1:${await listen(server)}`;
  t.after(() => server.close());
  const env = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
    AWS_ENDPOINT_URL_S3: endpoint,
  };
  const said = await purge(["--events-of", "cats"], env);
  assert.equal(said.stdout, "cats: tells EventBridge of its changes from now on\n");
  assert.match(
    told,
    /<EventBridgeConfiguration\s*\/>|<EventBridgeConfiguration><\/EventBridgeConfiguration>/,
  );
  for (const part of ["<Id>mine</Id>", "<Queue>arn:aws:sqs:us-east-1:1:q</Queue>", "s3:ObjectCreated:*"])
    assert.ok(told.includes(part), told);
  told = told.replace(/^.*?<NotificationConfiguration[^>]*>|<\/NotificationConfiguration>$/gs, "");
  assert.equal(
    (await purge(["--events-of", "cats"], env)).stdout,
    "cats: tells EventBridge of its changes already\n",
  );
});
