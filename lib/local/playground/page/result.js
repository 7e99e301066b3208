// One picture, asked for as the form says: the result, what it cost, how it is written.
import { ask, at, make, showFindings, sized, timed } from "./page.js";

let sequence = 0;
let stop = new AbortController();
let shown = { key: "", options: [], url: "" };

/** Formats that browsers show. */
const compared = ["avif", "webp", "jpeg", "png"];

const accept = "image/avif,image/webp,*/*";

const askedText = (key, options) => JSON.stringify({ key, options });

/** Asks for a picture and shows all there is to say of it. What was asked before and is not there yet is let go. */
export async function show(key, options) {
  const turn = ++sequence;
  stop.abort();
  stop = new AbortController();
  at("work").classList.add("busy");
  at("status").textContent = "Drawing …";
  try {
    const said = await ask("/playground/ask", { asked: askedText(key, options), accept }, stop.signal);
    if (turn !== sequence) return;
    tell(key, options, said);
    const got = await get(said.url, stop.signal);
    if (turn !== sequence) return;
    await present(key, options, said, got, turn);
  } catch (error) {
    if (turn !== sequence || error.name === "AbortError") return;
    at("status").textContent = "";
    complain(error.message);
  } finally {
    if (turn === sequence) at("work").classList.remove("busy");
  }
}

async function get(url, signal) {
  const began = performance.now();
  const response = await fetch(url, { signal, headers: { accept }, cache: "no-store" });
  const blob = await response.blob();
  return { response, blob, ms: performance.now() - began };
}

/** What is known before the picture is there. */
function tell(key, options, said) {
  const { url, client, html, curl, findings, drawing, bytes, large } = said;
  shown = { key, options, url };
  for (const [id, text] of Object.entries({ url, client, html, curl })) at(id).textContent = text;
  at("open").href = url;
  showFindings(at("findings"), findings);
  if (large && at("source").getAttribute("src") !== large) {
    at("source").src = large;
    at("source").alt = `The source, ${key}`;
  }
  const facts = drawing ? [`${drawing.source.width} × ${drawing.source.height}`, drawing.source.format] : [];
  at("source-facts").textContent = [...facts, ...(bytes === undefined ? [] : [sized(bytes)])].join(" · ");
  showPlan(drawing, findings);
}

async function present(key, options, said, { response, blob, ms }, turn) {
  const hit = (response.headers.get("x-cache") ?? "").startsWith("Hit");
  const run = await ask("/playground/run", { path: new URL(said.url, location.href).pathname });
  if (!response.ok) {
    at("status").textContent = "";
    const [first = ""] = (await blob.text()).split("\n");
    const failed = run.failed ?? said.findings.find(({ passes }) => !passes);
    return complain(
      failed
        ? `${failed.phase}: ${failed.says}${failed.advice ? `; ${failed.advice}` : ""}`
        : `${response.status}: ${first}`,
    );
  }
  at("problem").hidden = true;
  const image = at("result");
  const old = image.src;
  image.src = URL.createObjectURL(blob);
  at("over").src = image.src;
  // Where URLs name presets alone, the source is not shown.
  at("compare").hidden = !at("source").hasAttribute("src");
  at("under").src = at("source").src;
  if (old.startsWith("blob:")) URL.revokeObjectURL(old);
  image.alt = `The result, ${key} with ${options.length === 1 ? "1 option" : `${options.length} options`}`;
  const size = await image.decode().then(
    () => [`${image.naturalWidth} × ${image.naturalHeight}`],
    () => ["a format this browser does not show"],
  );
  const facts = [...size, blob.type.replace("image/", ""), sized(blob.size), timed(ms)];
  at("result-facts").textContent = facts.join(" · ");
  at("status").textContent = `Result: ${facts.join(", ")}, ${hit ? "from the edge's cache" : "drawn now"}.`;
  showTimes(said.drawing, run.ms, hit, ms);
  if (turn !== sequence) return;
  if (at("formats").open) await compare();
}

function complain(sentence) {
  at("problem").textContent = sentence;
  at("problem").hidden = false;
}

const cell = (text, kind) => make("td", kind ? { class: kind } : {}, text);

const head = (...names) =>
  make(
    "thead",
    {},
    make(
      "tr",
      {},
      ...names.map((name) =>
        make("th", { scope: "col", class: name.includes("ms") ? "number" : undefined }, name),
      ),
    ),
  );

function showPlan(drawing, findings) {
  const says = findings.find(({ phase }) => phase === "plan");
  const cost = drawing
    ? [
        `Predicted: ${Object.entries(drawing.cost)
          .map(([name, ms]) => `${name} ${timed(ms)}`)
          .join(", ")}`,
      ]
    : [];
  const limits = [...cost, ...(drawing?.limits ?? [])];
  at("plan-says").textContent = [says ? says.says : "Planned in the function alone.", ...limits].join(". ");
  if (!drawing) return at("plan").replaceChildren();
  const rows = drawing.passes.flatMap((pass, nth) =>
    pass.map(({ step, call, width, height, ms }) =>
      make(
        "tr",
        {},
        cell(String(nth + 1)),
        cell(step),
        make("td", {}, make("code", {}, call)),
        cell(`${width} × ${height}`, "size"),
        cell(timed(ms), "number"),
      ),
    ),
  );
  at("plan").replaceChildren(
    make("caption", {}, "Strokes, by the pass that draws them"),
    head("pass", "step", "call on sharp", "leaves", "predicted ms"),
    make("tbody", {}, ...rows),
  );
}

/** What the function measures, and how it is called here; decoding, drawing and encoding are one to sharp. */
const phases = {
  find: "look for it among those kept",
  download: "fetch the source",
  render: "decode, draw and encode",
  keep: "keep it",
};

/** What was predicted, and what the function measured when it drew. */
function showTimes(drawing, measured = {}, hit, ms) {
  const predicted = drawing ? { render: drawing.cost.decode + drawing.cost.draw + drawing.cost.encode } : {};
  const said = (value) => (value === undefined ? "–" : timed(value));
  const row = (name, before, after) =>
    make("tr", {}, cell(name), cell(said(before), "number"), cell(said(after), "number"));
  const rows = Object.entries(phases).flatMap(([name, says]) =>
    name in measured || name in predicted ? [row(says, predicted[name], measured[name])] : [],
  );
  rows.push(row(hit ? "until it was here, from the edge's cache" : "until it was here", undefined, ms));
  at("times").replaceChildren(
    make("caption", {}, "Time"),
    head("phase", "predicted ms", hit ? "measured ms, when it was drawn" : "measured ms"),
    make("tbody", {}, ...rows),
  );
}

/** The same options in several formats. */
export async function compare() {
  const { key, options } = shown;
  const turn = sequence;
  const others = options.filter(([name]) => name !== "format");
  const made = [];
  at("sides").replaceChildren(make("li", {}, "Drawing …"));
  for (const format of compared) {
    const { url } = await ask("/playground/ask", { asked: askedText(key, [...others, ["format", format]]) });
    const { response, blob, ms } = await get(url, undefined);
    if (turn !== sequence) return;
    made.push({ format, url, ok: response.ok, bytes: blob.size, ms });
  }
  const largest = Math.max(...made.map(({ bytes }) => bytes));
  at("sides").replaceChildren(
    ...made.map(({ format, url, ok, bytes, ms }) =>
      make(
        "li",
        { class: "side" },
        ...(ok ? [make("img", { src: url, alt: `As ${format}` })] : []),
        make("strong", {}, format),
        make(
          "span",
          {},
          ok
            ? `${sized(bytes)}, ${Math.round((100 * bytes) / largest)} % of the largest, ${timed(ms)}`
            : "refused",
        ),
      ),
    ),
  );
}
