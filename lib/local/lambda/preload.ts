import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

/** Loaded into the function's process before the runtime client: gives it our `rapid-client`, and ties it to its parent. */
registerHooks({
  resolve(specifier, context, resolve) {
    if (!specifier.endsWith("/rapid-client.node")) return resolve(specifier, context);
    return {
      url: pathToFileURL(`${import.meta.dirname}/rapid-client.mjs`).href,
      format: "module",
      shortCircuit: true,
    };
  },
});

process.on("disconnect", () => process.exit());
process.channel?.unref();
