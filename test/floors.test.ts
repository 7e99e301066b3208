import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const read = (file: string) => readFileSync(join(root, file), "utf8");

/** What a file imports at run time: our own files from the root, packages by name. */
const imports = (file: string) => importsIn(file, read(file).replaceAll(/^import type .*$/gm, ""));

/** Of a file and its code: what it imports, types too. */
function importsIn(file: string, code = read(file)): readonly string[] {
  const named = [
    ...code.matchAll(/^(?:import|export)\s[^;]*?from "([^"]+)"/gm),
    ...code.matchAll(/import\("([^"]+)"\)/g),
  ];
  return named.map(([, name = ""]) => (name.startsWith(".") ? normalize(join(dirname(file), name)) : name));
}

const files = (pattern: string) => globSync(pattern, { cwd: root });

/** Each floor, and what its files may import. */
const floors: readonly (readonly [floor: string, files: string, allowed: RegExp])[] = [
  ["the function knows nothing of what is built around it", "lambda/**/*.ts", /^(?!(lib|bin|test)\/)/],
  ["what is built around it knows no program", "lib/**/*.ts", /^(?!(bin|test)\/)/],
  ["the contract is pure", "lambda/contract/*.ts", /^lambda\/(contract|errors|formats)/],
  ["options are pure", "lambda/options/*.ts", /^lambda\/(options|contract|errors|formats)/],
  [
    "the language is pure",
    "lambda/url/*.ts",
    /^(node:crypto|lambda\/(url|options|contract|errors|formats|config)\b)/,
  ],
  [
    "a plan needs no pixels",
    "lambda/image/{plan,passes,cost,rates,output,drawable,frame-batches,admit}.ts",
    /^lambda\/(image\/(plan|passes|cost|rates|output|drawable|frame-batches|admit)|options|contract|errors|formats|config)/,
  ],
  [
    "the ground knows nothing of what stands on it",
    "lambda/{deadline,errors,formats,http,image-type,metrics}.ts",
    /^(node:|@aws-lambda-powertools|lambda\/(deadline|errors|formats|http|image-type|metrics)\.ts)/,
  ],
  [
    "the client needs the language alone",
    "lib/client/**/*.ts",
    /^(@noble\/hashes\/|lambda\/(options|url|contract|errors|formats)\b|lib\/(client\/|spelling))/,
  ],
  [
    "what explains a URL asks nobody",
    "lib/explain/*.ts",
    /^(node:(crypto|fs\/promises)$|lambda\/|lib\/(explain\/|spelling\.ts))/,
  ],
  [
    "a command shows what others work out",
    "lib/cli/*.ts",
    /^(commander$|sharp$|node:|package\.json|lambda\/(config|contract|options|url)\/|lib\/(?!drills|package|stack))/,
  ],
];

describe("floors", () => {
  for (const [floor, pattern, allowed] of floors) {
    test(floor, () => {
      const found = files(pattern);
      assert.ok(found.length > 0, `${pattern} names no file`);
      const wrong = found.flatMap((file) =>
        imports(file)
          .filter((name) => !allowed.test(name))
          .map((name) => `${file}: ${name}`),
      );
      assert.deepEqual(wrong, []);
    });
  }

  test("no file needs, by whatever way, one that needs it", () => {
    const graph = new Map(
      ["lambda/**/*.ts", "lib/**/*.ts", "bin/*.ts"]
        .flatMap(files)
        .map((file) => [file, importsIn(file).filter((name) => name.endsWith(".ts"))] as const),
    );
    const circles = [...graph.keys()].filter((file) => reaches(graph, file, file));
    assert.deepEqual(circles, []);
  });

  test("a file that has more than 300 lines is data", () => {
    const long = ["lambda/**/*.{ts,js}", "lib/**/*.ts", "bin/*.ts"]
      .flatMap(files)
      .filter((file) => read(file).split("\n").length > 301);
    assert.deepEqual(long, ["lambda/config/variables.ts"]);
  });

  test("a program is no longer than 60 lines: what it does is in lib/", () => {
    assert.deepEqual(
      files("bin/*.ts").filter((file) => read(file).split("\n").length > 61),
      [],
    );
  });

  test("only the store speaks to S3, and only what AWS executes reads the environment", () => {
    const lambda = files("lambda/**/*.ts");
    assert.deepEqual(lambda.filter((file) => imports(file).includes("@aws-sdk/client-s3")).toSorted(), [
      "lambda/store/emptied-bucket.ts",
      "lambda/store/first-objects.ts",
      "lambda/store/s3-client.ts",
      "lambda/store/s3.ts",
    ]);
    const reading = lambda.filter((file) => readFileSync(join(root, file), "utf8").includes("process.env"));
    assert.deepEqual(reading.toSorted(), [
      "lambda/handler.ts",
      "lambda/keys/deployed.ts",
      "lambda/purge.ts",
      "lambda/samples/deployed.ts",
      "lambda/store/assumed-role.ts",
      "lambda/warm.ts",
    ]);
  });
});

function reaches(graph: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const rest = [...(graph.get(from) ?? [])];
  for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
    if (file === to) return true;
    if (!seen.has(file)) rest.push(...(graph.get(file) ?? []));
    seen.add(file);
  }
  return false;
}
