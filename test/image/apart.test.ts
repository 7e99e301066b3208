import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { Deadline } from "../../lambda/deadline.ts";
import { renderApart, sanitizeApart } from "../../lambda/image/apart.ts";
import { draw } from "../../lambda/image/draw.ts";
import { open } from "../../lambda/image/open.ts";
import { plan } from "../../lambda/image/plan.ts";
import { hasLeftovers, run } from "../../lambda/image/run.ts";
import type { Limits } from "../../lambda/options/limits.ts";
import { underLoad } from "../load.ts";
import { noOffers, optionsOf } from "../options-of.ts";
import { drawn } from "../pictures.ts";
import { limitsIn, servicesOf } from "../services.ts";

const { config } = servicesOf();
const svg = (inner = '<rect width="20" height="30" fill="red"/>') =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">${inner}</svg>`);
const photo = await drawn(900, 700).jpeg().toBuffer();
/** Predicted far above what is drawn here, and drawn for longer than any deadline below. */
const dear = "rs:force:6000:6000/el:1/f:avif";

/** Draws as a request does, and tells which processes of ours were there meanwhile. */
async function drawnBy(
  bytes: Uint8Array,
  text: string,
  { ms = 10_000, ...limits }: Partial<Limits> & { ms?: number } = {},
) {
  const { options } = optionsOf(text);
  const most = { ...limitsIn(), ...limits };
  const deadline = Deadline.in(ms);
  const opened = await open({ bytes }, options, most, deadline);
  return draw(plan(options, opened.info, noOffers, most, config), opened, most, deadline);
}

const children = () =>
  execFileSync("ps", ["--ppid", String(process.pid), "-o", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("drawing-process"));

async function gone() {
  for (let tries = 0; children().length > 0 && tries < 500; tries++) await sleep(20);
  return children().length === 0;
}

test("an SVG is drawn in a process of its own, which serves the next one too", async () => {
  const first = await drawnBy(svg(), "w:20/f:png");
  const { data, info } = await sharp(first.body).raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [20, 15]);
  assert.deepEqual([...data.subarray(0, 4)], [255, 0, 0, 255]);
  const [process_] = children();
  assert.ok(process_);
  await drawnBy(svg(), "w:10/f:png");
  assert.deepEqual(children(), [process_]);
});

test("what is broken in there is the same failure as here", async () => {
  await assert.rejects(drawnBy(svg('<rect width="'), "w:20/f:png"), { name: "BrokenSource", status: 422 });
});

test("a JPEG XL is written there, whatever it is made of", async () => {
  for (const child of children()) process.kill(Number.parseInt(child, 10), "SIGKILL");
  assert.ok(await gone());
  await drawnBy(photo, "w:20/f:png");
  assert.deepEqual(children(), []);
  await drawnBy(photo, "w:20/f:jxl");
  assert.equal(children().length, 1);
});

test("at the deadline the process is killed, and the next picture has a new one", async () => {
  const began = performance.now();
  await assert.rejects(drawnBy(photo, dear, { ms: 900 }), { name: "Timeout", status: 503 });
  assert.ok(performance.now() - began < underLoad(1500));
  assert.ok(await gone());
  assert.equal((await drawnBy(svg(), "w:20/f:png")).width, 20);
});

test("nor is one kept that gave up by itself, for it may still be drawing", async () => {
  const { bytes, ...opened } = await open({ bytes: photo }, {}, limitsIn(), Deadline.in(10_000));
  const planned = plan(optionsOf(dear).options, opened.info, noOffers, limitsIn(), config);
  // It has to give up before we do.
  const late = Deadline.in(10_000);
  const hurried = Object.create(late, { left: { value: 700 }, within: { value: late.within.bind(late) } });
  await assert.rejects(renderApart(planned, { bytes }, limitsIn().memory, hurried), { name: "Timeout" });
  assert.ok(await gone());
});

test("a process that outgrows its memory is killed: the picture is too big", async () => {
  await assert.rejects(drawnBy(photo, "rs:force:7000:7000/el:1/f:gif", { memory: 150_000_000 }), {
    name: "ResultTooBig",
    status: 422,
  });
  assert.ok(await gone());
});

test("a process that dies is a broken source, and no harm to the next", async () => {
  const drawing = drawnBy(photo, dear);
  setTimeout(() => process.kill(Number.parseInt(children()[0] ?? "", 10), "SIGKILL"), 500);
  await assert.rejects(drawing, { name: "BrokenSource", status: 422 });
  assert.equal((await drawnBy(svg(), "w:20/f:png")).width, 20);
});

test("while something that was given up is still being drawn here, the next is drawn apart", async () => {
  const endless = () => sharp(photo).resize(1200, 1200, { fit: "fill" }).avif({ effort: 1 });
  await assert.rejects(run(endless, Deadline.in(40)), { name: "Timeout" });
  assert.ok(hasLeftovers());
  const before = children().length;
  assert.equal((await drawnBy(photo, "w:20/f:png")).width, 20);
  assert.ok(children().length >= Math.max(1, before));
  for (let tries = 0; hasLeftovers() && tries < 500; tries++) await sleep(20);
  assert.ok(!hasLeftovers());
});

test("an SVG is made harmless there, and what is no XML is said to be none", async () => {
  const sanitized = (text: string, ms = 10_000) =>
    sanitizeApart({ bytes: Buffer.from(text) }, limitsIn().memory, Deadline.in(ms));
  assert.equal(Buffer.from(await sanitized("<svg><script/><g/></svg>")).toString(), "<svg><g/></svg>");
  await assert.rejects(sanitized("<svg><g></svg>"), { name: "BrokenSvg", status: 422 });
  await assert.rejects(sanitized(`<svg>${"<g/>".repeat(3_000_000)}</svg>`, 300), { name: "Timeout" });
});
