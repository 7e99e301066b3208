export type { WritableFormat } from "../../lambda/formats.ts";
export { type AstroProps, type AstroTransform, astroUrl } from "./adapters/astro.ts";
export {
  type Loader,
  type LoaderProps,
  type PresetLoaderProps,
  presetLoader,
  type SignedLoaderProps,
  signedLoader,
} from "./adapters/loader.ts";
export {
  type NodeResponse,
  type SigningAnswer,
  type SigningRouteProps,
  signingAnswer,
  signingListener,
  signingRoute,
} from "./adapters/signing-route.ts";
export {
  signedTransformer,
  type UnpicOperations,
  type UnpicProps,
  type UnpicTransformer,
  unpicTransformer,
} from "./adapters/unpic.ts";
export { expiresIn, type Lifetime } from "./expiry.ts";
export type { Options } from "./options.ts";
export {
  type Attributes,
  type Picture,
  type PictureProps,
  picture,
  type Scene,
} from "./picture.ts";
export { pictureHtml } from "./picture-html.ts";
export { type Ask, placeholder } from "./placeholder.ts";
export { type Candidate, type Choice, type SizeRule, sizesText, srcset, srcsetText } from "./srcset.ts";
export { type ImageUrls, type ImageUrlsProps, imageUrls } from "./urls.ts";
export { type Measured, type WidthSteps, widthSteps } from "./widths.ts";
