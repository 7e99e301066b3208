import { hash } from "node:crypto";
import { copyFileSync, cpSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { AssetHashType, DockerImage, Stack } from "aws-cdk-lib";
import { Architecture, Code } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { contentsOf, type Files } from "../files.ts";
import { compiled, root } from "../project.ts";
import { bundling, isPart, togetherOptions } from "./bundling.ts";
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

/** Puts the handler and what it starts into `outputDir`, with what they share, and beside it sharp as this project locks it, for that CPU. */
export function bundle(outputDir: string, architecture: Architecture, files: Files = {}): void {
  if (compiled) {
    const names = [...Object.keys(bundling.files), ...readdirSync(compiled).filter(isPart)];
    for (const name of names) cpSync(join(compiled, name), join(outputDir, name));
  } else compile(outputDir);
  for (const [name, path] of Object.entries(files)) copyFileSync(path, join(outputDir, name));
  cpSync(installedSharp(cpuOf(architecture)), outputDir, { recursive: true });
}

/** In the repository only: the package holds what was compiled, and its users need no compiler. */
function compile(outdir: string): void {
  const { buildSync }: typeof import("esbuild") = createRequire(import.meta.url)("esbuild");
  buildSync({ ...togetherOptions(bundling.files), absWorkingDir: root, outdir });
}

const cpuOf = (architecture: Architecture): Cpu => (architecture === Architecture.ARM_64 ? "arm64" : "x64");
