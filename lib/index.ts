export type { KeysPlace } from "../lambda/keys/places.ts";
export type { Domain } from "./stack/domain.ts";
export { ImageHandler, type ImageHandlerProps } from "./stack/image-handler.ts";
export { ImageStack, type ImageStackProps } from "./stack/image-stack.ts";
export type { Network } from "./stack/network.ts";
export type { AssumedRole } from "./stack/source-grants.ts";
export type { Source, SourceBucket } from "./stack/sources.ts";
export type { Variables } from "./stack/variables.ts";
