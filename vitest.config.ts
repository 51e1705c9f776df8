import { defineConfig } from "vitest/config";
import { ClosingLine } from "./tools/closing-line.ts";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "web/**/*.test.ts", "test/**/*.test.ts", "tools/**/*.test.ts"],
    globalSetup: "test/support/kernels-setup.ts",
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // The closing line names what needed a second try, so that it is looked at and not lived with.
    retry: process.env["CI"] === "true" ? 1 : 0,
    reporters: ["default", new ClosingLine()],
  },
});
