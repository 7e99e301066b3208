import type { Variable } from "../../lambda/config/kinds.ts";
import { variables } from "../../lambda/config/variables.ts";
import { type Arg, type Control, Words } from "../../lambda/contract/args.ts";
import type { Option } from "../../lambda/contract/option.ts";
import { everyOption } from "../../lambda/options/index.ts";

/** A JSON Schema, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

const dialect = "https://json-schema.org/draft/2020-12/schema";

/** The options as the client takes them, as JSON Schema. It refuses nothing that the function would take. */
export const optionsSchema = (): Schema => ({
  $schema: dialect,
  title: "Options of a picture",
  type: "object",
  properties: Object.fromEntries(everyOption.map((option) => [option.name, optionSchema(option)])),
  additionalProperties: false,
});

function optionSchema(option: Option): Schema {
  const { doc, example, of: parts, args } = option;
  const says = {
    description: doc,
    ...(option.default !== undefined && !parts && { default: option.default }),
    "x-url": example,
  };
  if (parts) return { ...says, ...bag(parts.map((part) => [part.name, optionSchema(part)])) };
  const entries = Object.entries(args);
  const [[name, only] = ["", undefined]] = entries;
  if (only && entries.length === 1 && name === option.name) return { ...says, ...argSchema(only) };
  return { ...says, ...bag(entries.map(([key, arg]) => [key, argSchema(arg)])) };
}

const bag = (entries: readonly (readonly [string, Schema])[]): Schema => ({
  type: "object",
  properties: Object.fromEntries(entries),
  additionalProperties: false,
});

function argSchema(arg: Arg<unknown>): Schema {
  const { control } = arg;
  const schema = ofControl(control, arg);
  return "description" in schema ? schema : { description: `Expects ${arg.expects}.`, ...schema };
}

function ofControl(control: Control, arg: Arg<unknown>): Schema {
  switch (control.kind) {
    case "number":
      return numberSchema(control, arg);
    case "flag":
      return { type: "boolean" };
    case "choice":
      return { enum: control.choices };
    case "choices":
      return { type: "array", items: { enum: control.choices } };
    case "qualities": {
      const quality = { type: "integer", minimum: 0, maximum: 100 };
      return bag(control.choices.map((format) => [format, quality]));
    }
    case "color":
      return { type: "string", pattern: "^([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$" };
    case "gravity": {
      const offset = { type: "number" };
      return {
        ...bag([
          ["type", { enum: control.choices }],
          ["x", offset],
          ["y", offset],
        ]),
        required: ["type"],
      };
    }
    case "text":
      return arg.arity === Infinity ? { type: "array", items: { type: "string" } } : { type: "string" };
  }
}

/** A form's bounds may be narrower than what is read: those alone are told that the argument keeps. */
function numberSchema(
  { min, max, step }: Extract<Control, { readonly kind: "number" }>,
  arg: Arg<unknown>,
): Schema {
  const beyond = step === 1 ? 1 : step / 2;
  return {
    type: step === 1 ? "integer" : "number",
    ...(!reads(arg, min - beyond) && { minimum: min }),
    ...(!reads(arg, max + beyond) && { maximum: max }),
  };
}

function reads(arg: Arg<unknown>, value: number): boolean {
  try {
    arg.read(new Words([String(value)]), "");
    return true;
  } catch {
    return false;
  }
}

/** The environment as JSON Schema: every variable is a text. Secrets say that they are. */
export const variablesSchema = (): Schema => ({
  $schema: dialect,
  title: "Environment of the function",
  type: "object",
  properties: Object.fromEntries(
    Object.values<Variable>(variables).map(({ name, doc, expects, default: otherwise, secret }) => [
      name,
      {
        type: "string",
        description: `${doc} Expects ${expects}.`,
        ...(isPlain(otherwise) && { "x-default": otherwise }),
        ...(secret && { writeOnly: true }),
      },
    ]),
  ),
});

const isPlain = (value: unknown) =>
  typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value !== "");
