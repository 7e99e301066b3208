import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { running } from "../local/lambda/bundle.ts";
import { parts, partsOptions } from "../playground/page-file.ts";
import { root } from "../project.ts";
import { bundling, esbuildOptions, togetherOptions } from "../stack/bundling.ts";
import { squeezedEdges } from "../stack/edge-code.ts";
import { LOCK } from "../stack/sharp.ts";
import { functionLock } from "./function-lock.ts";
import { licences } from "./licences.ts";
import { reached } from "./reached.ts";

const dist = join(root, "dist");

/** What a user brings along, where it is needed: the peers, and a compiler that only the repository needs. */
const external = ["aws-cdk-lib", "constructs", "esbuild", "@aws-sdk/*", "@smithy/*", ...bundling.external];

const common = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  target: "node20",
  metafile: true,
  // Names stay: a stack trace is read by people.
  keepNames: true,
  minify: true,
  logLevel: "warning",
} as const satisfies BuildOptions;

/** Makes `dist/`: all that is in the package but its readme. Everything but the peers is bundled, so it depends on nothing. */
export async function buildPackage(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(join(dist, "function"), { recursive: true });
  const made = [await client(), await program(), await forCommonJs(), ...(await forTheFunction())];
  for (const [file, code] of Object.entries(squeezedEdges()))
    writeFileSync(join(dist, "function", file), code);
  cpSync(join(root, "lib/local/playground/page"), join(dist, "playground"), { recursive: true });
  made.push(await page());
  writeFileSync(join(dist, "function", LOCK), functionLock());
  writeFileSync(join(dist, "LICENCES.txt"), licences(made));
  declarations();
}

/** One file for every runtime. */
const client = () =>
  compile({ entryPoints: { client: "lib/client/index.ts" }, platform: "neutral", target: "es2022" });

/** Some of what is bundled is CommonJS and calls `require`. The name it is made by is none that our files import. */
const banner =
  'import{createRequire as requireFrom}from"node:module";const require=requireFrom(import.meta.url);';

/** The constructs and the command line, which share most of what they are made of. */
const program = () =>
  compile({
    entryPoints: { index: "lib/index.ts", shutterspeed: "bin/shutterspeed.ts" },
    platform: "node",
    splitting: true,
    external,
    chunkNames: "[name]-[hash]",
    banner: { js: banner },
  });

/** The same for apps of CommonJS, which most of the CDK's are. */
const forCommonJs = () =>
  compile({
    entryPoints: { "cjs/index": "lib/index.ts", "cjs/client": "lib/client/index.ts" },
    platform: "node",
    format: "cjs",
    external,
    define: { "import.meta.dirname": "__dirname", "import.meta.url": "__filename" },
  });

/** As the function is bundled for AWS, and what runs it on a user's machine. */
function forTheFunction(): Promise<readonly Metafile[]> {
  return Promise.all([
    compile({ ...togetherOptions(bundling.files), keepNames: false, outdir: "dist/function" }),
    ...Object.entries(running).map(([name, entry]) =>
      compile({
        ...{ ...esbuildOptions, keepNames: false },
        ...{ entryPoints: [entry], outfile: join("dist/function", name) },
      }),
    ),
    compile({
      ...{ ...esbuildOptions, keepNames: false },
      entryPoints: ["lib/server/worker.ts"],
      outfile: "dist/function/server-worker.mjs",
      external: [...esbuildOptions.external, "@aws-sdk/*"],
      alias: {},
      plugins: [besideHandler],
    }),
  ]);
}

/** What serves in a container serves with the handler that lies beside it, as it is bundled for AWS. */
const besideHandler: Plugin = {
  name: "beside the handler",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/lambda\/handler\.ts$/ }, () => ({ path: "./handler.mjs", external: true })),
};

/** What the stack's playground is made of. */
async function page(): Promise<Metafile> {
  const made = await compile({ ...partsOptions, outdir: "dist/playground", keepNames: false });
  const script = join(dist, "playground/alone.js");
  writeFileSync(join(dist, "playground", parts.script), gzipSync(readFileSync(script), { level: 9 }));
  rmSync(script);
  return made;
}

async function compile(options: BuildOptions): Promise<Metafile> {
  const place = options.outfile === undefined ? { outdir: "dist" } : {};
  const { metafile } = await build({ ...common, ...place, ...options, metafile: true });
  return metafile;
}

/** What a user's compiler asks for by a name of the package, and the declarations it is led to. */
const typed = { index: "lib/index", client: "lib/client/index" };

/**
 * The types, one file for each of the source's that a user's compiler comes by. There is one set of them, for CommonJS: a module may
 * take its types from there, where the other way is closed to many compilers.
 */
function declarations(): void {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const words = [compiler, "--project", "lib/package/tsconfig.json"];
  const { status, stdout } = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`tsc: ${stdout}`);
  const types = join(dist, "cjs/types");
  const needed = reached(Object.values(typed).map((name) => join(types, `${name}.d.ts`)));
  for (const file of globSync("**/*.d.ts", { cwd: types }).map((name) => join(types, name)))
    if (needed.has(file)) withoutStrangers(file);
    else rmSync(file);
  writeFileSync(join(dist, "cjs/package.json"), '{ "type": "commonjs" }\n');
  for (const [name, file] of Object.entries(typed))
    writeFileSync(join(dist, `${name}.d.ts`), `export * from "./cjs/types/${file}.js";\n`);
}

/** What is drawn and signed with is nothing a user of the types ever meets, and may not be installed. */
function withoutStrangers(file: string): void {
  const text = readFileSync(file, "utf8");
  const made = text.replace(
    /^import type \{ (.*) \} from "(?:sharp|@smithy\/types)";$/m,
    (_, names: string) =>
      names
        .split(", ")
        .map((name) => `type ${name} = unknown;`)
        .join("\n"),
  );
  if (made !== text) writeFileSync(file, made);
}
