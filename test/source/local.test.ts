import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Deadline } from "../../lambda/deadline.ts";
import { Failure } from "../../lambda/errors.ts";
import { limitsOf } from "../../lambda/options/limits.ts";
import { fetchSource } from "../../lambda/source/fetch.ts";
import type { Conditions } from "../../lambda/store/store.ts";
import { drawn } from "../pictures.ts";
import { servicesOf } from "../services.ts";

const png = await drawn(40, 30).png().toBuffer();
const awkward = "a b+c%20?d#ä\\.png";
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "local-test-"));
  await mkdir(join(folder, "root/deep"), { recursive: true });
  await mkdir(join(folder, "root-beside"));
  for (const name of ["secret.png", "root-beside/x.png", "root/a.png", "root/deep/b.png", `root/${awkward}`])
    await writeFile(join(folder, name), png);
  await symlink(join(folder, "root/deep/b.png"), join(folder, "root/inside.png"));
  await symlink(join(folder, "secret.png"), join(folder, "root/outside.png"));
  await symlink("loop.png", join(folder, "root/loop.png"));
  await writeFile(join(folder, "root/empty.png"), "");
});
after(() => rm(folder, { recursive: true }));

async function fetched(source: string, conditions: Conditions = {}, root = join(folder, "root")) {
  const services = servicesOf({
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: root,
    IMGPROXY_SOURCE_URL_QUERY_SEPARATOR: " ",
    SHUTTERSPEED_RECENT_SHARE: "0",
  });
  const request = { source, conditions, limits: limitsOf(services.config) };
  try {
    return await fetchSource(request, services, Deadline.in(3000));
  } catch (error) {
    assert.ok(error instanceof Failure, `${error}`);
    return error.status;
  }
}

const bytesOf = async (source: string) => {
  const found = await fetched(source);
  assert.ok(typeof found === "object" && "bytes" in found, `${source}: ${JSON.stringify(found)}`);
  return Buffer.from(found.bytes);
};

describe("a file", () => {
  test("is read below its root, by whatever name, and through links that stay there", async () => {
    for (const path of [
      "/a.png",
      "//a.png",
      "host/deep/b.png",
      "/deep/../a.png",
      "/inside.png",
      `/${awkward}`,
    ])
      assert.deepEqual(await bytesOf(`local://${path}`), png, path);
  });

  test("is a 404 where it is none, no file, or not below the root", async () => {
    const paths = [
      "/gone.png",
      "/deep",
      "/a.png/b",
      "/../secret.png",
      "/../root-beside/x.png",
      "/outside.png",
    ];
    for (const path of [...paths, "/loop.png", "/a\0.png", "/", `/${"a".repeat(5000)}`])
      assert.equal(await fetched(`local://${path}`), 404, path);
    assert.equal(await fetched("local:///a.png", {}, ""), 404);
  });

  test("that is empty is no picture", async () => {
    assert.equal(await fetched("local:///empty.png"), 422);
  });

  test("is not read again where the client has it", async () => {
    const found = await fetched("local:///a.png");
    assert.ok(typeof found === "object" && "bytes" in found && found.etag && found.lastModified);
    assert.deepEqual(await fetched("local:///a.png", { ifNoneMatch: found.etag }), {
      unmodified: { etag: found.etag },
    });
    const since = await fetched("local:///a.png", { ifModifiedSince: found.lastModified });
    assert.ok(typeof since === "object" && "unmodified" in since);
    const other = await fetched("local:///a.png", { ifNoneMatch: '"other"' });
    assert.ok(typeof other === "object" && "bytes" in other);
  });
});
