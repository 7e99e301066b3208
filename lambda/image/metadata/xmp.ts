/** Properties that say whose a picture is; the namespaces are known by their usual prefixes. */
const isCopyright = (name: string) =>
  /^(dc:(rights|contributor|creator|publisher)|(xmpRights|cc):\w+)$/.test(name);

const namespaces = {
  dc: "http://purl.org/dc/elements/1.1/",
  xmpRights: "http://ns.adobe.com/xap/1.0/rights/",
  cc: "http://creativecommons.org/ns#",
} as const;

const head = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""`;
const tail = "</rdf:Description></rdf:RDF></x:xmpmeta>";

/** What a packet of XMP says of whose the picture is, as a packet of its own; `undefined` when it says nothing of that. */
export function copyrightXmp(xmp: string): string | undefined {
  const { elements, attributes } = found(xmp);
  if (elements.length === 0 && attributes.size === 0) return undefined;
  const said = [...attributes].map(([name, value]) => ` ${name}=${value}`);
  const declared = Object.entries(namespaces).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  return [head, ...declared, ...said, ">", ...elements, tail].join("");
}

/** Looks at every tag once: properties stand as elements, or as attributes of the description. */
function found(xmp: string) {
  const elements: string[] = [];
  const attributes = new Map<string, string>();
  let open: { readonly name: string; readonly from: number } | undefined;
  for (const { 0: tag, index } of xmp.matchAll(/<[^<>]*>/g)) {
    const end = index + tag.length;
    const [, closing, name = ""] = /^<(\/?)([\w:.-]+)/.exec(tag) ?? [];
    if (open) {
      if (!closing || name !== open.name) continue;
      elements.push(xmp.slice(open.from, end));
      open = undefined;
    } else if (!closing && isCopyright(name)) {
      if (tag.endsWith("/>")) elements.push(tag);
      else open = { name, from: index };
    } else if (name === "rdf:Description") {
      for (const [, key = "", value = ""] of tag.matchAll(/\s([\w:]+)\s*=\s*("[^"]*"|'[^']*')/g))
        if (isCopyright(key)) attributes.set(key, value);
    }
  }
  return { elements, attributes };
}
