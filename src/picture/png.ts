/**
 * PNG from SVG, by resvg in WebAssembly with the DejaVu fonts, so that a picture looks the same on every
 * machine. Both are loaded when the first picture is asked for.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

const fontFamily = "DejaVu Sans";
const fontFile = "dejavu-fonts-ttf/ttf/DejaVuSans.ttf";

let loading: Promise<Uint8Array> | undefined;

/** Rejects where the SVG cannot be read. */
export async function pngOf(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  loading ??= load();
  const font = await loading;
  const resvg = new Resvg(svg, {
    font: { fontBuffers: [font], defaultFontFamily: fontFamily, loadSystemFonts: false },
  });
  try {
    const image = resvg.render();
    const png = new Uint8Array(image.asPng());
    image.free();
    return png;
  } finally {
    resvg.free();
  }
}

async function load(): Promise<Uint8Array> {
  const [wasm, font] = await Promise.all([
    readFile(fileURLToPath(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))),
    readFile(fileURLToPath(import.meta.resolve(fontFile))),
  ]);
  await initWasm(wasm);
  return font;
}
