export type { Domain } from "./stack/domain.ts";
export { ImageHandler, type ImageHandlerProps } from "./stack/image-handler.ts";
export { ImageStack, type ImageStackProps } from "./stack/image-stack.ts";
