import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { readConfig } from "../../lambda/config/variables.ts";
import { tagOf } from "../../lambda/url/key.ts";
import { changesOf } from "../../lib/local/changes.ts";
import { formatOf, survey } from "../../lib/local/s3/folder.ts";
import { startFolderS3 } from "../../lib/local/s3/folder-s3.ts";
import { sourceFile } from "../../lib/local/s3/source-files.ts";

/** Asked as the function asks, by the AWS SDK. */
const home = await mkdtemp(join(tmpdir(), "folder-s3-"));
const folder = join(home, "pictures");
await mkdir(join(folder, "a b"), { recursive: true });
await writeFile(join(folder, "a b/ü+%.jpg"), "0123456789");
await writeFile(join(folder, "what?.png"), "png");
await writeFile(join(folder, ".hidden.jpg"), "hidden");
await writeFile(join(home, "outside.jpg"), "outside");
const read: string[] = [];
const s3 = await startFolderS3({
  pictures: folder,
  derivatives: join(home, "kept"),
  read: (key) => read.push(key),
});
const client = new S3Client({ ...s3, forcePathStyle: true, maxAttempts: 1 });
after(async () => {
  client.destroy();
  await s3.stop();
  await rm(home, { recursive: true });
});

const get = (Key: string, more: object = {}, Bucket = "pictures") =>
  client.send(new GetObjectCommand({ Bucket, Key, ...more }));
const textOf = async (key: string, more: object = {}) => (await get(key, more)).Body?.transformToString();
const statusOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 200,
    (error) => error.$metadata?.httpStatusCode,
  );

test("a file is an object, whatever its name, with its size, its date and a type", async () => {
  const found = await get("a b/ü+%.jpg");
  assert.equal(await found.Body?.transformToString(), "0123456789");
  assert.deepEqual([found.ContentLength, found.ContentType], [10, "image/jpeg"]);
  assert.ok(Math.abs(Date.now() - (found.LastModified?.getTime() ?? 0)) < 60_000);
  assert.equal(read.at(-1), "a b/ü+%.jpg");
});

test("of a name with a question mark, the version is the rest", async () => {
  assert.equal(await textOf("what", { VersionId: ".png" }), "png");
});

test("parts of it are given as they are asked for", async () => {
  assert.equal(await textOf("a b/ü+%.jpg", { Range: "bytes=2-4" }), "234");
  assert.equal(await textOf("a b/ü+%.jpg", { Range: "bytes=7-" }), "789");
  assert.equal(await textOf("a b/ü+%.jpg", { Range: "bytes=-3" }), "789");
  assert.equal(await textOf("a b/ü+%.jpg", { Range: "bytes=0-99" }), "0123456789");
  assert.equal((await get("a b/ü+%.jpg", { Range: "bytes=2-4" })).ContentRange, "bytes 2-4/10");
  assert.equal(await statusOf(get("a b/ü+%.jpg", { Range: "bytes=10-" })), 416);
});

test("conditions are answered as S3 answers them", async () => {
  const { ETag: etag, LastModified: date } = await get("a b/ü+%.jpg");
  for (const [conditions, status] of [
    [{ IfNoneMatch: etag }, 304],
    [{ IfNoneMatch: '"other"' }, 200],
    [{ IfModifiedSince: date }, 304],
    [{ IfModifiedSince: new Date(0) }, 200],
    [{ IfNoneMatch: '"other"', IfModifiedSince: date }, 200],
    [{ IfMatch: etag }, 200],
    [{ IfMatch: '"other"' }, 412],
  ] as const) {
    assert.equal(await statusOf(get("a b/ü+%.jpg", conditions)), status, JSON.stringify(conditions));
  }
});

test("nothing outside of the folder is read, nor what is hidden, nor a folder", async () => {
  for (const key of [".hidden.jpg", "a b", "missing.jpg", "a b/../.hidden.jpg"]) {
    assert.equal(await statusOf(get(key)), 404, key);
  }
  for (const key of ["../outside.jpg", "a b/../../outside.jpg", "/outside.jpg", "..\\outside.jpg", "a\0b"]) {
    assert.equal(await sourceFile(folder, key), undefined, key);
  }
  assert.equal(await statusOf(get("a b/ü+%.jpg", {}, "photos")), 404);
});

test("a derivative is kept once, with what was said of it, until it is deleted", async () => {
  const put = (Key: string, Body: string) =>
    client.send(
      new PutObjectCommand({
        Bucket: "derivatives",
        Key,
        Body,
        IfNoneMatch: "*",
        ContentType: "image/webp",
        CacheControl: "max-age=5",
        Metadata: { "cache-tag": "t" },
      }),
    );
  await put("tag/one", "first");
  assert.equal(await statusOf(put("tag/one", "second")), 412);
  const kept = await get("tag/one", {}, "derivatives");
  assert.equal(await kept.Body?.transformToString(), "first");
  assert.deepEqual(
    [kept.ContentType, kept.CacheControl, kept.Metadata],
    ["image/webp", "max-age=5", { "cache-tag": "t" }],
  );
  const head = await client.send(new HeadObjectCommand({ Bucket: "derivatives", Key: "tag/one" }));
  assert.equal(head.ContentLength, 5);
  const { Contents = [] } = await client.send(
    new ListObjectsV2Command({ Bucket: "derivatives", Prefix: "tag/" }),
  );
  assert.deepEqual(
    Contents.map(({ Key }) => Key),
    ["tag/one"],
  );
  const Delete = { Objects: [{ Key: "tag/one" }, { Key: "tag/none" }] };
  await client.send(new DeleteObjectsCommand({ Bucket: "derivatives", Delete }));
  assert.equal(await statusOf(get("tag/one", {}, "derivatives")), 404);
});

test("that a file changed, came or went is told when somebody asks for what was made of it, once", async () => {
  const told: string[] = [];
  const changed = async (...one: readonly string[]) => void told.push(one.join());
  const changes = changesOf(folder, { changed, all: () => changed("all") });
  const key = "changing.jpg";
  const tag = tagOf(`s3://pictures/${key}`, readConfig({}));
  const look = async () => {
    told.length = 0;
    await Promise.all([changes.check(`${tag}/whatever.any`), changes.check(`${tag}/other.any`)]);
    changes.read(key, undefined, await sourceFile(folder, key));
    return told;
  };
  assert.deepEqual(await look(), [], "nothing was made of it yet");
  await writeFile(join(folder, key), "came");
  assert.deepEqual(await look(), ["Object Created,changing.jpg"]);
  assert.deepEqual(await look(), []);
  await utimes(join(folder, key), new Date(), new Date(Date.now() + 5));
  assert.deepEqual(await look(), ["Object Created,changing.jpg"], "of the same size");
  await rm(join(folder, key));
  assert.deepEqual(await look(), ["Object Deleted,changing.jpg"]);
  await changes.check("nobody/knows");
});

test("of a name with a question mark the object is told that the function takes it for", async () => {
  const told: string[] = [];
  const changed = async (...one: readonly string[]) => void told.push(one.join());
  const changes = changesOf(folder, { changed, all: () => changed("all") });
  changes.read("what", ".png", await sourceFile(folder, "what", ".png"));
  await utimes(join(folder, "what?.png"), new Date(), new Date(Date.now() + 5));
  await changes.check(`${tagOf("s3://pictures/what?.png", readConfig({}))}/x.any`);
  assert.deepEqual(told, ["Object Created,what"]);
});

test("who remembers no more of a folder has all purged that was made", () => {
  let times = 0;
  const all = async () => void times++;
  const changes = changesOf(folder, { changed: all, all }, 2);
  for (const key of ["a", "b"]) changes.read(key, undefined, undefined);
  assert.equal(times, 0);
  changes.read("c", undefined, undefined);
  assert.equal(times, 1);
});

test("a folder is surveyed: pictures, other files, what cannot be read", async (t) => {
  const odd = await mkdtemp(join(tmpdir(), "survey-"));
  t.after(() => rm(odd, { recursive: true }));
  await mkdir(join(odd, "deep/er"), { recursive: true });
  for (const name of ["b.JPG", "a.jpeg", "deep/er/c.tif", "deep/notes.txt", ".DS_Store", "noextension"])
    await writeFile(join(odd, name), "");
  await symlink("nowhere", join(odd, "gone.png"));
  await writeFile(join(odd, "locked.png"), "");
  await chmod(join(odd, "locked.png"), 0);
  const { pictures, others, unreadable } = await survey(odd);
  // Nothing is locked to root.
  const seen = pictures.filter((name) => name !== "locked.png");
  assert.deepEqual(seen, ["a.jpeg", "b.JPG", "deep/er/c.tif"]);
  assert.deepEqual(others, ["deep/notes.txt", "noextension"]);
  assert.match(
    unreadable.find((sentence) => sentence.includes("gone")) ?? "",
    /gone\.png: there is no such file or folder$/,
  );
  await assert.rejects(survey(join(odd, "b.JPG")), { message: /b\.JPG: this is no folder$/ });
  assert.equal(formatOf("x.svg"), "svg");
  assert.equal(formatOf("x.txt"), undefined);
});
