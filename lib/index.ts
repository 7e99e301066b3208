export type { Domain } from "./stack/delivery.ts";
export { ImageStack, type ImageStackProps } from "./stack/image-stack.ts";
