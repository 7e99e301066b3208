// Makes dist/, which npm pack packs.
import { buildPackage } from "../lib/package/build.ts";

await buildPackage();
