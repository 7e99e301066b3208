import { hash } from "node:crypto";
import { copyFileSync, cpSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { AssetHashType, DockerImage, Stack } from "aws-cdk-lib";
import { Architecture, Code } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { contentsOf, type Files } from "../files.ts";
import { compiled, root } from "../project.ts";
import { bundling, esbuildOptionsFor } from "./bundling.ts";
import { type Cpu, installedSharp } from "./sharp.ts";

/** The function's code for that CPU, with the files its variables name. Throws one sentence when sharp cannot be had for it. */
export function functionCode(scope: Construct, architecture: Architecture, files: Files = {}): Code {
  // Ahead of the library, which would hide the sentence in its own.
  if (Stack.of(scope).bundlingRequired) installedSharp(cpuOf(architecture));
  return Code.fromAsset(compiled ?? join(root, "lambda"), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry("none"),
      // Tell two functions of one app apart, which else would share what was bundled first.
      platform: architecture.dockerPlatform,
      environment: {
        files: contentsOf(files)
          .map((bytes) => hash("sha256", bytes))
          .join(),
      },
      local: {
        tryBundle(outputDir) {
          bundle(outputDir, architecture, files);
          return true;
        },
      },
    },
  });
}

/** Puts the handler and what it starts into `outputDir`, each as one file, and beside it sharp as this project locks it, for that CPU. */
export function bundle(outputDir: string, architecture: Architecture, files: Files = {}): void {
  for (const [name, entry] of Object.entries(bundling.files)) {
    if (compiled) cpSync(join(compiled, name), join(outputDir, name));
    else compile(join(root, entry), outputDir, name);
  }
  for (const [name, path] of Object.entries(files)) copyFileSync(path, join(outputDir, name));
  cpSync(installedSharp(cpuOf(architecture)), outputDir, { recursive: true });
}

/** In the repository only: the package holds what was compiled, and its users need no compiler. */
function compile(entry: string, outputDir: string, name: string): void {
  const { buildSync }: typeof import("esbuild") = createRequire(import.meta.url)("esbuild");
  buildSync({ ...esbuildOptionsFor(name), entryPoints: [entry], outfile: join(outputDir, name) });
}

const cpuOf = (architecture: Architecture): Cpu => (architecture === Architecture.ARM_64 ? "arm64" : "x64");
