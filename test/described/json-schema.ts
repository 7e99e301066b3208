/** A JSON Schema, or a part of one. */
type Schema = Readonly<Record<string, unknown>>;

const isBag = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const bag = (value: unknown): Schema => (isBag(value) ? value : {});

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isBag,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
};

/** Where a value is not as the schema has it; as much of JSON Schema as ours uses. */
export function faultsIn(value: unknown, schema: Schema, at = "$"): readonly string[] {
  const { type, enum: choices, pattern, minimum, maximum, required, items } = schema;
  const faults: string[] = [];
  const holds = (condition: boolean, name: string) => condition || faults.push(`${at}: ${name}`);
  if (typeof type === "string") holds(types[type]?.(value) ?? false, type);
  if (Array.isArray(choices)) holds(choices.includes(value), "enum");
  if (typeof pattern === "string") holds(new RegExp(pattern).test(String(value)), "pattern");
  if (typeof minimum === "number") holds(Number(value) >= minimum, "minimum");
  if (typeof maximum === "number") holds(Number(value) <= maximum, "maximum");
  if (Array.isArray(required)) for (const name of required) holds(name in bag(value), `required ${name}`);
  if (Array.isArray(value) && items)
    faults.push(...value.flatMap((one, nth) => faultsIn(one, bag(items), `${at}[${nth}]`)));
  return [...faults, ...faultsInProperties(bag(value), schema, at)];
}

function faultsInProperties(value: Schema, schema: Schema, at: string): readonly string[] {
  const properties = bag(schema.properties);
  return Object.entries(value).flatMap(([name, one]) => {
    if (name in properties)
      return one === undefined ? [] : faultsIn(one, bag(properties[name]), `${at}.${name}`);
    return schema.additionalProperties === false ? [`${at}.${name}: unknown`] : [];
  });
}
