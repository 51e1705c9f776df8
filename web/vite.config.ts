/**
 * How the pages are bundled: into dist/web, for the server's policy `default-src 'self'`, so nothing
 * inline and no data: URLs. `npm run dev` serves them from source and hands every other route to a
 * Kale that runs on its usual port.
 */
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const kale = "http://127.0.0.1:1500";
const serverRoutes = ["/kale", "/api", "/app_settings", "/static", "/render", "/metrics"];

/** The first script is small and loads the pages: named in the document, they load beside it. */
const namePagesScript: Plugin = {
  name: "name-pages-script",
  transformIndexHtml: {
    order: "post",
    handler: (...[, { bundle = {} }]) => {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const pages = chunks.find((chunk) => chunk.facadeModuleId?.endsWith("/web/main.tsx"));
      const isFirst = (file: string): boolean =>
        chunks.some(({ fileName, isEntry }) => isEntry && fileName === file);
      return [pages?.fileName ?? [], pages?.imports ?? []]
        .flat()
        .filter((file) => !isFirst(file))
        .map((file) => ({ tag: "link", attrs: { rel: "modulepreload", href: `/${file}` } }));
    },
  },
};

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [namePagesScript],
  build: {
    outDir: fileURLToPath(new URL("../dist/web", import.meta.url)),
    emptyOutDir: true,
    target: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(serverRoutes.map((route) => [route, { target: kale }])),
  },
});
