import { fromEnv } from "@aws-sdk/credential-provider-env";

/** Stands in the bundle for the SDK's own chain, a sixth of it: where the function runs, its credentials are in the environment, always. */
export const defaultProvider = fromEnv;
