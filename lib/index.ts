export type { KeysPlace } from "../lambda/keys/places.ts";
export type { AlarmsProps } from "./stack/alarms.ts";
export type { ChaosProps } from "./stack/chaos.ts";
export type { Domain } from "./stack/domain.ts";
export { ImageHandler, type ImageHandlerProps } from "./stack/image-handler.ts";
export { ImageStack, type ImageStackProps } from "./stack/image-stack.ts";
export type { Network } from "./stack/network.ts";
export type { Source, SourceBucket } from "./stack/sources.ts";
