import type { Control } from "../../lambda/contract/args.ts";
import type { Option } from "../../lambda/contract/option.ts";
import { everyOption } from "../../lambda/options/index.ts";

/** One argument of an option, for programs. */
export interface DescribedArgument {
  readonly name: string;
  readonly expects: string;
  readonly control: Control;
  /** What stands for it where it is left out between two others. */
  readonly blank: string;
  /** Takes as many words as there are. */
  readonly list: boolean;
}

/** One option, for programs. */
export interface DescribedOption {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly doc: string;
  /** A segment as it stands in a URL. */
  readonly example: string;
  readonly default?: unknown;
  /** Heard only where `IMGPROXY_ALLOW_SECURITY_OPTIONS` is on. */
  readonly security: boolean;
  /** In the order of a URL. */
  readonly arguments: readonly DescribedArgument[];
  /** The options it stands for, when it is a shorthand. */
  readonly of?: readonly string[];
}

/** Every option of the URL language, as data. */
export const describedOptions = (): readonly DescribedOption[] => everyOption.map(described);

function described(option: Option): DescribedOption {
  const { name, aliases = [], doc, example, security = false, args, skipsBlanks, of: parts } = option;
  return {
    name,
    aliases,
    doc,
    example,
    ...(option.default !== undefined && { default: option.default }),
    security,
    arguments: Object.entries(args).map(([key, arg]) => ({
      name: key,
      expects: arg.expects,
      control: arg.control,
      blank: skipsBlanks && !arg.required ? "" : arg.neutral,
      list: arg.arity === Infinity,
    })),
    ...(parts && { of: parts.map((part) => part.name) }),
  };
}
