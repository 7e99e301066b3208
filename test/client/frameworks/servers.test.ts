import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import sharp from "sharp";
import { ownProject } from "./project.ts";
import { ownSite } from "./site.ts";

const site = await ownSite();
const project = await ownProject(
  site.origin,
  "express@5.3.0",
  "hono@4.13.19",
  "@hono/node-server@1",
  "@types/express@5",
);
after(async () => {
  project?.[Symbol.dispose]();
  await site[Symbol.asyncDispose]();
});

/** What each says when its server listens on a port. */
const servers = {
  express:
    'import { app } from "./express.js"; const server = app.listen(0, "127.0.0.1", () => ask(server));',
  hono: 'import { serve } from "@hono/node-server"; import { app } from "./hono.js"; const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => ask(server));',
} as const;

const asked = [
  "/images?src=/cat.jpg&width=320",
  "/images?src=/cat.jpg&width=321",
  "/images?src=-other/cat.jpg&width=320",
  "/",
];

for (const [name, code] of Object.entries(servers)) {
  describe(name, { skip: !project && `npm cannot fetch ${name} here` }, () => {
    test("signs what it was told to, and sends the browser there", async () => {
      project?.take(`${name}.js`);
      const answers = await project?.said(`${code}
        async function ask(server) {
          const answers = [];
          for (const path of ${JSON.stringify(asked)}) {
            const answer = await fetch("http://127.0.0.1:" + server.address().port + path, { redirect: "manual" });
            const { location, "cache-control": kept } = Object.fromEntries(answer.headers);
            answers.push({ status: answer.status, location, kept, body: await answer.text() });
          }
          console.log(JSON.stringify(answers));
          process.exit();
        }`);
      assert.ok(Array.isArray(answers));
      const [signed, otherWidth, otherBucket, page] = answers;
      assert.deepEqual([signed.status, signed.kept], [302, "public, max-age=3600"]);
      assert.equal((await sharp(await (await fetch(signed.location)).bytes()).metadata()).width, 320);
      assert.deepEqual([otherWidth.status, otherWidth.body], [400, "width: expected one of 320, 640, 1280"]);
      assert.equal(otherWidth.kept, "no-store");
      assert.deepEqual([otherBucket.status, otherBucket.body], [404, "src: there is no such picture"]);
      if (name !== "express") return;
      const [, url = ""] = /<img src="([^"]+)"/.exec(page.body) ?? [];
      assert.equal((await fetch(url)).status, 200, page.body);
    });
  });
}

test("the types of both sides agree", {
  skip: !project && "npm cannot fetch express and hono here",
}, async () => {
  const complaints = await project?.complaints(`
    import express from "express";
    import { Hono } from "hono";
    import { imageUrls, signingListener, signingRoute } from "shutterspeed/client";
    const route = { images: imageUrls({ base: "" }), source: String, widths: [9] };
    express().get("/images", signingListener(route));
    new Hono().get("/images", ({ req }) => signingRoute(route)(req.raw));
    // @ts-expect-error
    new Hono().get("/images", signingRoute);
    // @ts-expect-error
    express().get("/images", signingListener({ ...route, widths: "9" }));
  `);
  assert.equal(complaints, "");
});
