/**
 * What draws. It is part of every key and ETag, so that nothing drawn before is answered after.
 * `version` is raised by hand when the same request draws other pixels, `sharp` follows package.json;
 * `test/image/drawn.test.ts` tells when. Then: `node test/image/drawn/write.ts`.
 */
export const drawing = { version: 3, sharp: "0.35.5" } as const;
