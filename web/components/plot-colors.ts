/** The colours of the style sheet for what is drawn on a canvas, which cannot use its variables. */

/** Lines that are none of these in particular take turns in hues; none of them is that of "odd". */
export const hueCount = 7;

const names = [
  "ink",
  "soft",
  "line",
  "panel",
  "series",
  "band",
  "limit",
  "odd",
  "odd-bg",
  "hue-0",
  "hue-1",
  "hue-2",
  "hue-3",
  "hue-4",
  "hue-5",
  "hue-6",
] as const;

export type ColorName = (typeof names)[number];
export type PlotColors = Readonly<Record<ColorName, string>>;

/** @param host  any element of the page: the colours are those that hold for it now */
export function readColors(host: HTMLElement): PlotColors {
  const probe = document.createElement("span");
  host.append(probe);
  const entries = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(entries) as Record<ColorName, string>;
}
