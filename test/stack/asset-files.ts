/** What lies in the function's asset, beside what its files share and what its variables name, in order. */
export const assetFiles = [
  "deployed-keys.mjs",
  "drawing-process.mjs",
  "emptied-bucket.mjs",
  "handler.mjs",
  "node_modules",
  "package.json",
  "purge.mjs",
  "sample-urls.mjs",
  "warm.mjs",
] as const;
