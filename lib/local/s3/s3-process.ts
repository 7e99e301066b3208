import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";

/** Runs as a process of its own: `s3-process.ts <folder> <host> <access key> <secret> <bucket>…`. Tells its endpoint, and ends with its parent. */
const [folder = "", host = "", accessKeyId = "", secretAccessKey = "", ...buckets] = process.argv.slice(2);

const miniflare = new Miniflare({
  modules: true,
  script: "export default { fetch: () => new Response(null, { status: 404 }) }",
  cf: false,
  host: "127.0.0.1",
  port: 0,
  // Of other hosts it would not hear.
  routes: [`${host}/*`],
  r2Persist: folder,
  r2Buckets: Object.fromEntries(
    buckets.map((id) => [id, { id, s3Credentials: { accessKeyId, secretAccessKey } }]),
  ),
  // It tells of every connection that breaks.
  handleRuntimeStdio(stdout: Readable, stderr: Readable) {
    stdout.resume();
    stderr.resume();
  },
});
process.on("disconnect", () => miniflare.dispose().finally(() => process.exit()));

const { origin } = await miniflare.ready;
process.send?.(`${origin}/cdn-cgi/local/r2/s3`);
