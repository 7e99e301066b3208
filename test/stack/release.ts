import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Template } from "aws-cdk-lib/assertions";
import { synthesized } from "./synthesized.ts";

/** Of each resource of a release what an upgrade has to leave alone: its id, its type, and the properties whose change replaces it. */
export interface Release {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly DeletionPolicy?: string; readonly Properties?: object }>
  >;
}

interface Described {
  readonly cloudFormationType: string;
  readonly properties: Readonly<Record<string, { readonly causesReplacement?: string }>>;
}

/** What CloudFormation cannot change of a resource, by type: as the CDK's command line knows it, which reckons upgrades with it. */
function replacing(): ReadonlyMap<string, readonly string[]> {
  const cli = dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json"));
  const { schema } = JSON.parse(gunzipSync(readFileSync(join(cli, "db.json.gz"))).toString());
  const entities: readonly Described[] = schema.resource.entities;
  return new Map(
    entities.map(({ cloudFormationType, properties }) => [
      cloudFormationType,
      Object.keys(properties).filter((name) => properties[name]?.causesReplacement !== undefined),
    ]),
  );
}

/** What there is to be remembered of a template. A version of the function is another one with every deployment, and the old one stays. */
export function releaseOf(template: Template): Release {
  const fixed = replacing();
  const resources: Release["Resources"] = template.toJSON().Resources;
  const kept = Object.entries(resources).filter(([, { Type }]) => Type !== "AWS::Lambda::Version");
  return {
    Resources: Object.fromEntries(
      kept.map(([id, { Type, DeletionPolicy, Properties = {} }]) => {
        const names = fixed.get(Type) ?? [];
        const own = Object.entries(Properties).filter(([name]) => names.includes(name));
        return [id, { Type, ...(DeletionPolicy && { DeletionPolicy }), Properties: Object.fromEntries(own) }];
      }),
    ),
  };
}

/** Where the last release is remembered. */
export const lastRelease = join(import.meta.dirname, "last-release.json");

/** With each release: `node test/stack/release.ts`, and the section of the CHANGELOG begins anew. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(
    lastRelease,
    `${JSON.stringify(releaseOf(synthesized({ unsigned: false })), undefined, 2)}\n`,
  );
}
