import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { bundling, esbuildOptions } from "../../stack/bundling.ts";

const root = join(import.meta.dirname, "..", "..", "..");

const { files } = bundling;

/** The function as Lambda would unpack it, with what starts it here. */
export interface Bundle {
  /** Holds `handler.mjs`, `preload.mjs` and `rapid-client.mjs`; inside the project, so that sharp is found. */
  readonly folder: string;
}

/** Bundles a handler, the function's own if none is given, as it is bundled for AWS. Some 100 ms. */
export async function bundle(entry: string = join(root, files["handler.mjs"])): Promise<Bundle> {
  const folder = join(root, ".local", "function", basename(entry, ".ts"));
  await mkdir(folder, { recursive: true });
  await Promise.all([
    bundleFile(entry, join(folder, "handler.mjs")),
    bundleFile(join(root, files["drawing-process.mjs"]), join(folder, "drawing-process.mjs")),
    bundleFile(join(import.meta.dirname, "preload.ts"), join(folder, "preload.mjs")),
    bundleFile(join(import.meta.dirname, "rapid-client.ts"), join(folder, "rapid-client.mjs")),
  ]);
  return { folder };
}

async function bundleFile(entry: string, file: string): Promise<void> {
  const { outputFiles } = await build({
    ...esbuildOptions,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    write: false,
  });
  await Promise.all(outputFiles.map(({ path, contents }) => replaceFile(path, contents)));
}

/** Whoever reads the file meanwhile reads the old one or the new one, never half of it. */
async function replaceFile(path: string, contents: Uint8Array): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
  await writeFile(draft, contents);
  await rename(draft, path);
}
