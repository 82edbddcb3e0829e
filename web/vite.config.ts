import { defineConfig } from "vite";

// No inline script and no polyfill that would be one: the server's policy lets nothing run but files of its own.
export default defineConfig({
  build: {
    outDir: "../src/askance/server/static",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: "es2022",
    sourcemap: false,
    rollupOptions: { output: { entryFileNames: "assets/[name]-[hash].js", chunkFileNames: "assets/[name]-[hash].js" } },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
});
