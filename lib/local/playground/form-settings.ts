import { formatNamed, formats, isWritable } from "../../../lambda/formats.ts";
import type { Language } from "../../../lambda/url/language.ts";

/** What the form is built with beside the options. */
export interface FormSettings {
  /** Those that can be asked for. */
  readonly formats: readonly string[];
  readonly onlyPresets: boolean;
  readonly allowSecurityOptions: boolean;
  /** By name. */
  readonly presets: readonly string[];
}

/** What the form is built with, where the function speaks this language. */
export function formSettings({ config, presets }: Language): FormSettings {
  const { onlyPresets, allowSecurityOptions } = config;
  const written = Object.keys(formats).filter((name) => {
    const format = formatNamed(name);
    return format && isWritable(format);
  });
  return { formats: written, onlyPresets, allowSecurityOptions, presets: [...presets.keys()] };
}
