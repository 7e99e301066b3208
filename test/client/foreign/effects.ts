import sharp from "sharp";
import { drawn } from "../../pictures.ts";

/** What a client is asked for, and what must come of it. */
export interface Effect {
  /** As imgproxy's documentation spells it out. The answer is to be the same, to the byte. */
  readonly spelled: string;
  /** px @default [300, 200], the source's */
  readonly size?: readonly [width: number, height: number];
  /** @default jpeg */
  readonly format?: string;
  /** The source. @default plain.jpg */
  readonly of?: string;
  /** @default 200 */
  readonly status?: number;
  /** The picture is the same as without the option: it says what is so anyway, or nothing of the pixels. */
  readonly unseen?: true;
  /** A header of the answer. */
  readonly header?: readonly [name: string, value: string];
}

/** A time that is still to come in the life of this test, unix seconds. */
export const LATER = 4_102_444_800;

/** One for each option that imgproxy knows without Pro. Sizes were reckoned by hand. */
export const effects: Readonly<Record<string, Effect>> = {
  resize: { spelled: "resize:fill:90:60", size: [90, 60] },
  size: { spelled: "size:90:90", size: [90, 60] },
  resizingType: { spelled: "resizing_type:fill/width:90/height:90", size: [90, 90] },
  width: { spelled: "width:90", size: [90, 60] },
  height: { spelled: "height:60", size: [90, 60] },
  // Drawn 150 by 100, and what was asked for is cut out.
  minWidth: { spelled: "min-width:150/width:90", size: [90, 100] },
  minHeight: { spelled: "min-height:100/height:60", size: [150, 60] },
  zoom: { spelled: "zoom:0.5", size: [150, 100] },
  dpr: { spelled: "dpr:2/width:90", size: [180, 120] },
  enlarge: { spelled: "enlarge:1/width:600", size: [600, 400] },
  extend: { spelled: "extend:1:no/width:90/height:90", size: [90, 90] },
  extendAround: { spelled: "extend:1/width:90/height:90", size: [90, 90] },
  fill: { spelled: "resize:fill:90:90", size: [90, 90] },
  force: { spelled: "resize:force:90:90", size: [90, 90] },
  extendAspectRatio: { spelled: "extend_aspect_ratio:1:no/width:90/height:90", size: [90, 90] },
  gravity: { spelled: "gravity:so/resizing_type:fill/width:90/height:90", size: [90, 90] },
  crop: { spelled: "crop:90:60:so", size: [90, 60] },
  trim: { spelled: "trim:10", of: "framed.png", size: [60, 40], format: "png" },
  padding: { spelled: "padding:10:20:10:20", size: [340, 220] },
  autoRotate: { spelled: "auto_rotate:1", of: "turned.jpg", size: [200, 300], unseen: true },
  notAutoRotate: { spelled: "auto_rotate:0", of: "turned.jpg" },
  rotate: { spelled: "rotate:90", size: [200, 300] },
  flip: { spelled: "flip:1:0" },
  background: { spelled: "background:255:136:0", of: "clear.png", format: "png" },
  blur: { spelled: "blur:3" },
  sharpen: { spelled: "sharpen:2" },
  pixelate: { spelled: "pixelate:8" },
  watermark: { spelled: "watermark:0.5:soea:5:6:0.2" },
  quality: { spelled: "quality:40" },
  formatQuality: { spelled: "format_quality:jpg:30" },
  format: { spelled: "format:webp", format: "webp" },
  maxBytes: { spelled: "max_bytes:6000" },
  stripMetadata: { spelled: "strip_metadata:1", of: "turned.jpg", size: [200, 300], unseen: true },
  notStripMetadata: { spelled: "strip_metadata:0", of: "turned.jpg", size: [200, 300] },
  keepCopyright: { spelled: "keep_copyright:1", of: "turned.jpg", size: [200, 300], unseen: true },
  notKeepCopyright: { spelled: "keep_copyright:0", of: "turned.jpg", size: [200, 300] },
  stripColorProfile: { spelled: "strip_color_profile:1", of: "turned.jpg", size: [200, 300], unseen: true },
  notStripColorProfile: { spelled: "strip_color_profile:0", of: "turned.jpg", size: [200, 300] },
  enforceThumbnail: { spelled: "enforce_thumbnail:1", unseen: true },
  preserveHdr: { spelled: "preserve_hdr:1", of: "deep.png", format: "png" },
  skipProcessing: { spelled: "skip_processing:jpg" },
  raw: { spelled: "raw:1" },
  preset: { spelled: "preset:thumb", size: [30, 20] },
  cachebuster: { spelled: "cachebuster:abc", unseen: true },
  expires: { spelled: `expires:${LATER}`, unseen: true },
  filename: {
    spelled: "filename:holiday",
    unseen: true,
    header: ["content-disposition", 'inline; filename="holiday.jpg"'],
  },
  returnAttachment: {
    spelled: "return_attachment:1",
    unseen: true,
    header: ["content-disposition", 'attachment; filename="plain.jpg"'],
  },
  maxSrcResolution: { spelled: "max_src_resolution:0.01", status: 422 },
  maxSrcFileSize: { spelled: "max_src_file_size:100", status: 422 },
  maxAnimationFrames: { spelled: "max_animation_frames:1", of: "moving.gif", format: "gif" },
  maxAnimationFrameResolution: {
    spelled: "max_animation_frame_resolution:0.01",
    of: "moving.gif",
    status: 422,
  },
  maxResultDimension: { spelled: "max_result_dimension:90", size: [90, 60] },
};

const frames = async (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, nth) =>
      drawn(300, 200)
        .negate(nth > 0)
        .png()
        .toBuffer(),
    ),
  );

/** Each source by its key. */
export const sources = async (): Promise<Readonly<Record<string, Buffer>>> => ({
  "plain.jpg": await drawn(300, 200).jpeg().toBuffer(),
  "turned.jpg": await drawn(300, 200)
    .withIccProfile("p3")
    .withExif({ IFD0: { Copyright: "somebody", Make: "a camera" } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer(),
  "framed.png": await drawn(60, 40)
    .extend({ top: 10, bottom: 10, left: 10, right: 10, background: "white" })
    .png()
    .toBuffer(),
  "clear.png": await drawn(300, 200, { alpha: true }).png().toBuffer(),
  "deep.png": await drawn(300, 200).toColourspace("rgb16").png().toBuffer(),
  "moving.gif": await sharp(await frames(3), { join: { animated: true } })
    .gif()
    .toBuffer(),
});
