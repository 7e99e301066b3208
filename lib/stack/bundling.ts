import { join } from "node:path";
import type { BuildOptions } from "esbuild";

/**
 * How the function is bundled, for the stack and for this machine alike. Outside stay sharp, which is built for one CPU, and
 * codecs in WebAssembly, which are loaded when a picture needs them, from files that may be replaced.
 */
export const bundling = {
  /** Each a file of the asset, by its name there: the handler, what it starts beside itself, what runs when the stack is deployed or deleted, when sources change, and what warms. */
  files: {
    "handler.mjs": "lambda/handler.ts",
    "drawing-process.mjs": "lambda/image/drawing-process.ts",
    "deployed-keys.mjs": "lambda/keys/deployed.ts",
    "emptied-bucket.mjs": "lambda/store/emptied-bucket.ts",
    "purge.mjs": "lambda/purge.ts",
    "sample-urls.mjs": "lambda/samples/deployed.ts",
    "warm.mjs": "lambda/warm.ts",
  },
  target: "node24",
  format: "esm",
  external: ["sharp", "libheif-js", "@jsquash/jxl"],
  /** Files of what stays outside that nobody loads: other builds of the same. */
  surplus: [
    "libheif-js/libheif",
    "libheif-js/libheif-wasm/libheif-bundle.*",
    "@jsquash/jxl/codec/enc/jxl_enc_mt*",
    "wasm-feature-detect",
  ],
  /** Modules that others of ours take the place of, by their names: paths of the project. */
  instead: {
    "@aws-sdk/credential-provider-node": "lambda/store/credentials.ts",
    "node:http": "lambda/store/node-http.ts",
  },
  /** Some dependencies are CommonJS and call `require`. */
  banner: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
} as const;

/** The same in esbuild's words. ES modules before CommonJS: a quarter less. */
export const esbuildOptions = {
  bundle: true,
  platform: "node",
  target: bundling.target,
  format: bundling.format,
  external: [...bundling.external],
  alias: Object.fromEntries(
    Object.entries(bundling.instead).map(([name, path]) => [name, join(import.meta.dirname, "../..", path)]),
  ),
  banner: { js: bundling.banner },
  mainFields: ["module", "main"],
  minify: true,
  logLevel: "silent",
} satisfies BuildOptions;

/** Bundles these files of the asset together, each by its name there; what several need, or one only now and then, is a file of its own. */
export const togetherOptions = (files: Readonly<Record<string, string>>) =>
  ({
    ...esbuildOptions,
    splitting: true,
    entryPoints: Object.entries(files).map(([name, entry]) => ({
      in: entry,
      out: name.replace(/\.mjs$/, ""),
    })),
    outExtension: { ".js": ".mjs" },
    chunkNames: "part-[hash]",
  }) satisfies BuildOptions;

/** Whether a file of the asset is one of those that are of no entry alone. */
export const isPart = (name: string): boolean => /^part-\w+\.mjs$/.test(name);
