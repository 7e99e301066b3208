import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Variable } from "../lambda/config/kinds.ts";
import { variables } from "../lambda/config/variables.ts";
import type { Environment } from "./environment.ts";

/** Files that variables name, by the names of the variables: so they are called in the function's asset. */
export type Files = Readonly<Record<string, string>>;

/** The files that this environment names, as paths on the machine that deploys. */
export const filesIn = (environment: Environment): Files =>
  Object.fromEntries(
    Object.values<Variable>(variables).flatMap(({ name, file }) => {
      const path = environment[name]?.trim();
      return file && path ? [[name, path]] : [];
    }),
  );

/** An environment whose files can be found from any folder. */
export const withAbsolutePaths = (environment: Environment): Environment => ({
  ...environment,
  ...Object.fromEntries(Object.entries(filesIn(environment)).map(([name, path]) => [name, resolve(path)])),
});

/** Where Lambda unpacks an asset. */
const TASK_ROOT = "/var/task";

/** Those variables, as they are right in the function. */
export const shippedPaths = (files: Files): Environment =>
  Object.fromEntries(Object.keys(files).map((name) => [name, `${TASK_ROOT}/${name}`]));

/** What is in them. */
export const contentsOf = (files: Files): readonly Buffer[] =>
  Object.values(files).map((path) => readFileSync(path));
