export type { WritableFormat } from "../../lambda/formats.ts";
export { expiresIn, type Lifetime } from "./expiry.ts";
export type { Options } from "./options.ts";
export { type ImageUrls, type ImageUrlsProps, imageUrls } from "./urls.ts";
