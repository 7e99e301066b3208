// The form of options, built from what /options.json tells of each argument's control.
import { at, make } from "./page.js";

/** What belongs together; an option that is in none stands under the last. */
const groups = [
  [
    "Size",
    [
      "resizing_type",
      "width",
      "height",
      "min-width",
      "min-height",
      "zoom",
      "dpr",
      "enlarge",
      "extend",
      "extend_aspect_ratio",
    ],
  ],
  ["Cut", ["gravity", "crop", "trim", "padding"]],
  ["Look", ["auto_rotate", "rotate", "flip", "background", "blur", "sharpen", "pixelate", "watermark"]],
  [
    "File",
    [
      "format",
      "quality",
      "format_quality",
      "max_bytes",
      "strip_metadata",
      "keep_copyright",
      "strip_color_profile",
      "preserve_hdr",
    ],
  ],
  ["Other", []],
];

let described = [];

/** Builds the form; `changed` hears of every change. */
export function buildForm(options, settings, changed) {
  const offered = options.filter(({ of, security, name }) => {
    if (settings.onlyPresets) return name === "preset" || name === "format";
    return !of && (!security || settings.allowSecurityOptions);
  });
  described = offered.map((option) => withPresets(option, settings.presets));
  const placed = new Set(groups.flatMap(([, names]) => names));
  const sections = groups.map(([title, names], nth) => {
    const own = described.filter(
      ({ name }) => names.includes(name) || (nth === groups.length - 1 && !placed.has(name)),
    );
    const ordered = own.toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
    const shown = ordered.map((option) => fieldset(option, settings));
    return make("details", { open: nth < 1 || settings.onlyPresets }, make("summary", {}, title), ...shown);
  });
  at("options").replaceChildren(...sections.filter((section) => section.querySelector("fieldset")));
  at("form").addEventListener("input", changed);
  at("filter").addEventListener("input", filter);
  at("form").addEventListener("submit", (event) => event.preventDefault());
  at("form").addEventListener("reset", () =>
    setTimeout(() => {
      filter();
      changed();
    }),
  );
}

/** Those that there are, to be ticked. */
function withPresets(option, presets) {
  if (option.name !== "preset" || presets.length === 0) return option;
  const control = { kind: "choices", choices: presets };
  return { ...option, arguments: option.arguments.map((argument) => ({ ...argument, control })) };
}

function filter() {
  const words = at("filter").value.trim().toLowerCase();
  for (const section of at("options").children) {
    let found = 0;
    for (const field of section.querySelectorAll("fieldset")) {
      field.hidden = words !== "" && !field.dataset.words.includes(words);
      if (!field.hidden) found++;
    }
    section.hidden = found === 0;
    if (words !== "") section.open = true;
  }
}

function fieldset(option, settings) {
  const { name, aliases, doc } = option;
  const single = option.arguments.length === 1;
  const controls = option.arguments.flatMap((argument, nth) =>
    control(
      argument,
      `${name}.${nth}`,
      single && argument.name === name ? "" : argument.name,
      settings,
      option,
    ),
  );
  return make(
    "fieldset",
    { "data-option": name, "data-words": [name, ...aliases, doc].join(" ").toLowerCase() },
    make("legend", {}, name, ...(aliases.length > 0 ? [" ", make("small", {}, aliases.join(", "))] : [])),
    make("small", { id: `doc.${name}` }, doc),
    make("div", { class: "arguments" }, ...controls),
  );
}

/** The inputs of one argument; their `data-part` says which words they give. */
function control(argument, id, label, settings, option) {
  const { control: shown, expects } = argument;
  const text = label || "value";
  const common = {
    "data-argument": id,
    title: `expects ${expects}`,
    "aria-describedby": `doc.${option.name}`,
  };
  switch (shown.kind) {
    case "number":
      return [
        number(
          text,
          { ...common, min: shown.min, max: shown.max, step: "any", "data-step": shown.step },
          option,
        ),
      ];
    case "flag":
      return [choice(text, common, ["", "1", "0"], ["default", "yes", "no"])];
    case "choice":
      return [choice(text, common, ["", ...shown.choices])];
    case "gravity":
      return [
        choice(text, { ...common, "data-part": "type" }, ["", ...shown.choices]),
        number(`${label ? `${label} ` : ""}x`, { ...common, "data-part": "x", step: "any" }),
        number(`${label ? `${label} ` : ""}y`, { ...common, "data-part": "y", step: "any" }),
      ];
    case "choices":
      return shown.choices.map((one) =>
        make(
          "label",
          { class: "check" },
          make("input", { ...common, type: "checkbox", "data-part": one }),
          one,
        ),
      );
    case "qualities":
      return shown.choices.map((one) =>
        number(one, { ...common, "data-part": one, min: 0, max: 100, step: 1 }),
      );
    case "color":
      return [color(text, common)];
    default:
      return option.name === "format"
        ? [choice(text, common, ["", ...settings.formats])]
        : [
            labelled(
              text,
              make("input", {
                ...common,
                type: "text",
                "data-list": argument.list,
                placeholder: argument.list ? "separated by commas" : undefined,
              }),
            ),
          ];
  }
}

const labelled = (text, ...inputs) => make("label", {}, text, ...inputs);

function number(text, attributes, option) {
  const otherwise = typeof option?.default === "number" ? option.default : undefined;
  return labelled(text, make("input", { ...attributes, type: "number", placeholder: otherwise }));
}

const choice = (text, attributes, values, names = values) =>
  labelled(
    text,
    make(
      "select",
      attributes,
      ...values.map((value, nth) => make("option", { value }, names[nth] || "default")),
    ),
  );

/** A colour as hex, and a picker that writes it. */
function color(text, attributes) {
  const hex = make("input", {
    ...attributes,
    type: "text",
    placeholder: "ff8800",
    pattern: "[0-9a-fA-F]{3}([0-9a-fA-F]{3})?",
  });
  const picker = make("input", { type: "color", "aria-label": `${text}, picked`, value: "#ff8800" });
  picker.addEventListener("input", () => {
    hex.value = picker.value.slice(1);
  });
  return labelled(text, make("span", { class: "picked" }, hex, picker));
}

/** What is asked: each option's name and its words. */
export function readForm() {
  return described.flatMap((option) => {
    const words = wordsOf(option);
    const field = document.querySelector(`[data-option="${option.name}"]`);
    field?.classList.toggle("set", words.length > 0);
    return words.length > 0 ? [[option.name, ...words]] : [];
  });
}

function wordsOf(option) {
  const said = option.arguments.map((argument, nth) => ofArgument(argument, inputsOf(option, nth)));
  const last = said.findLastIndex((words) => words.length > 0);
  return said
    .slice(0, last + 1)
    .flatMap((words, nth) => (words.length > 0 ? words : [option.arguments[nth].blank]));
}

const inputsOf = (option, nth) => [...document.querySelectorAll(`[data-argument="${option.name}.${nth}"]`)];

function ofArgument({ control: { kind } }, inputs) {
  const given = inputs.filter((input) =>
    input.type === "checkbox" ? input.checked : input.value.trim() !== "",
  );
  if (given.length === 0) return [];
  switch (kind) {
    case "choices":
      return given.map((input) => input.dataset.part);
    case "qualities":
      return given.flatMap((input) => [input.dataset.part, input.value]);
    case "gravity": {
      const [type, x, y] = inputs.map((input) => input.value.trim());
      if (type === "") return [];
      if (type === "fp") return [type, x || "0.5", y || "0.5"];
      if (type === "sm") return [type];
      return y !== "" ? [type, x, y] : x !== "" ? [type, x] : [type];
    }
    default: {
      const [input] = given;
      const value = input.value.trim();
      return input.dataset.list === undefined ? [value] : value.split(/[\s,]+/).filter(Boolean);
    }
  }
}

/** Puts options into an empty form, as `readForm` gave them; of lists and bags the first argument alone. */
export function writeForm(options) {
  at("form").reset();
  for (const [name, ...words] of options) {
    const option = described.find((one) => one.name === name);
    if (option) fill(option, words);
  }
}

function fill(option, words) {
  let from = 0;
  for (const [
    nth,
    {
      control: { kind },
      list,
    },
  ] of option.arguments.entries()) {
    const inputs = inputsOf(option, nth);
    if (kind === "choices") {
      for (const input of inputs) input.checked = words.includes(input.dataset.part);
    } else if (kind === "qualities") {
      for (const input of inputs) {
        const found = words.indexOf(input.dataset.part);
        if (found >= 0) input.value = words[found + 1] ?? "";
      }
    } else if (list) {
      inputs[0].value = words.join(", ");
    } else {
      for (const input of inputs) input.value = words[from++] ?? "";
    }
  }
  const section = inputsOf(option, 0)[0]?.closest("details");
  if (section) section.open = true;
}
