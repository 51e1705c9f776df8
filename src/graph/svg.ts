/** Elements of SVG as text. Everything that comes from outside goes through `escaped`. */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element; `content` is markup already. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === "number" ? short(value) : escaped(value ?? "")}"`,
    )
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** Text as content or as an attribute; what XML cannot hold at all is left out. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A tenth of a pixel is enough. */
export function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** About the width of a text in DejaVu Sans, in which an average character is 0.6 em wide. */
export function textWidth(text: string, fontSize: number): number {
  return text.length * fontSize * 0.6;
}
