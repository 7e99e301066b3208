import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { BuildOptions } from "esbuild";
import { cache, compiled, root } from "../../project.ts";
import { bundling, esbuildOptions, isPart, togetherOptions } from "../../stack/bundling.ts";

const { files } = bundling;

/** What runs the function on this machine, by its name beside the handler: the real runtime client, and what it is started with. */
export const running: Readonly<Record<string, string>> = {
  "preload.mjs": join(root, "lib/local/lambda/preload.ts"),
  "rapid-client.mjs": join(root, "lib/local/lambda/rapid-client.ts"),
  "runtime-client.mjs": join(root, "node_modules/aws-lambda-ric/index.mjs"),
};

/** The function as Lambda would unpack it, with what starts it here. */
export interface Bundle {
  /** Holds `handler.mjs` and what runs it; inside the project, so that sharp is found. */
  readonly folder: string;
}

/** Bundles a handler, the function's own if none is given, as it is bundled for AWS. Some 100 ms; in the package it is there already. */
export async function bundle(entry?: string): Promise<Bundle> {
  if (compiled && entry === undefined) return { folder: compiled };
  return bundleInto(entry ?? join(root, files["handler.mjs"]));
}

async function bundleInto(entry: string): Promise<Bundle> {
  const folder = join(cache, "function", basename(entry, ".ts"));
  await mkdir(folder, { recursive: true });
  const beside = { "handler.mjs": entry, "drawing-process.mjs": files["drawing-process.mjs"] };
  await Promise.all([
    bundleFiles({ ...togetherOptions(beside), outdir: folder }),
    ...Object.entries(running).map(([name, file]) =>
      bundleFiles({ ...esbuildOptions, entryPoints: [file], outfile: join(folder, name) }),
    ),
  ]);
  return { folder };
}

async function bundleFiles(options: BuildOptions): Promise<void> {
  // Not installed with the package, which needs none.
  const { build } = await import("esbuild");
  const { outputFiles = [] } = await build({ ...options, absWorkingDir: root, write: false });
  const [parts = [], entries = []] = [true, false].map((part) =>
    outputFiles.filter(({ path }) => isPart(basename(path)) === part),
  );
  // What is loaded is there before what loads it.
  for (const files of [parts, entries])
    await Promise.all(files.map(({ path, contents }) => replaceFile(path, contents)));
}

/** Whoever reads the file meanwhile reads the old one or the new one, never half of it. */
async function replaceFile(path: string, contents: Uint8Array): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  await writeFile(draft, contents);
  await rename(draft, path);
}
