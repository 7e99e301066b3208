import type { OptionValues } from "../../lambda/contract/option.ts";
import { SecurityOption } from "../../lambda/errors.ts";
import { optionsByName } from "../../lambda/options/index.ts";
import { preset } from "../../lambda/options/preset.ts";
import {
  checkExpiry,
  type Language,
  Reading,
  readOption,
  startOf,
  usePresets,
} from "../../lambda/url/language.ts";
import { didYouMean } from "../spelling.ts";
import { type Finding, messageOf, passes, refuses } from "./finding.ts";

/** The options of a path, one after the other, on top of what every request begins with. */
export function explainOptions(
  segments: readonly string[],
  language: Language,
  now: number,
): { readonly finding: Finding; readonly asked: OptionValues } {
  const reading = new Reading();
  let asked = startOf(language, {});
  for (const segment of segments) {
    try {
      asked = language.config.onlyPresets
        ? usePresets(segment.split(language.config.argumentsSeparator), asked, language)
        : readOption(segment, asked, language, reading);
    } catch (error) {
      return { finding: refuses("options", messageOf(error), adviceFor(error, segment, language)), asked };
    }
  }
  try {
    checkExpiry(asked, now);
  } catch (error) {
    const date = new Date(Number(asked.expires) * 1000).toISOString();
    return {
      finding: refuses("options", `${messageOf(error)}, ${date}`, "sign a new URL with a later time"),
      asked,
    };
  }
  return { finding: passes("options", saidOf(asked)), asked };
}

const saidOf = (asked: OptionValues) =>
  Object.keys(asked).length === 0 ? "none, the picture as it is" : `after presets ${JSON.stringify(asked)}`;

const adviceFor = (error: unknown, segment: string, language: Language) =>
  error instanceof SecurityOption
    ? "leave it out, or allow it by that variable: it lifts a limit of the operator's"
    : adviceOn(segment, language);

function adviceOn(segment: string, { config, presets }: Language): string | undefined {
  const [name = "", ...words] = segment.split(config.argumentsSeparator);
  const names = [...optionsByName.keys()];
  const option = optionsByName.get(name);
  if (config.onlyPresets || option?.name === preset.name) {
    const wrong = (config.onlyPresets ? [name, ...words] : words).find((word) => !presets.has(word));
    return `presets are ${[...presets.keys()].join(", ") || "none: set IMGPROXY_PRESETS"}${didYouMean(wrong ?? "", [...presets.keys()])}`;
  }
  if (option) return `write it as ${option.example}`;
  if (words.join("") === "" && /^(s3|https?|gs|abs|swift|local)$/.test(name))
    return "put plain/ before the source";
  if (ofPro.has(name)) return "this is an option of imgproxy Pro, which is not there";
  const meant = didYouMean(name, names).replace(/^, /, "");
  return meant || "shutterspeed sign --help lists the options";
}

/** Options of imgproxy Pro that people bring along. */
const ofPro = new Set(
  "adjust a brightness br contrast co saturation sa monochrome mc duotone dt unsharp_masking ush blur_areas ba blur_detections bd draw_detections dd crop_aspect_ratio crop_ar car crop_objects c_obj progressive_blur pbl colorize col gradient gr style st watermark_url wmu watermark_text wmt watermark_size wms watermark_rotate wm_rot wmr watermark_shadow wmsh dpi color_profile icc cp autoquality aq jpeg_options jpgo png_options pngo webp_options webpo avif_options avifo page pg pages pgs disable_animation da video_thumbnail_second vts video_thumbnail_keyframes vtk video_thumbnail_tile vtt video_thumbnail_animation vta gif_options gifo bypass_cache bc cache_tags ct fallback_image_url fiu hashsum hs resizing_algorithm ra objects_position op background_alpha bga".split(
    " ",
  ),
);
