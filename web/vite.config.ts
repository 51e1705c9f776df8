/**
 * How the pages are bundled: into dist/web, for the server's policy `default-src 'self'`, so nothing
 * inline and no data: URLs. `npm run dev` serves them from source and hands every other route to a
 * Kale that runs on its usual port.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const kale = "http://127.0.0.1:1500";
const serverRoutes = ["/kale", "/api", "/app_settings", "/static", "/render", "/metrics"];

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
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
