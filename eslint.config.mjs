import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "dist/**",
      "node_modules/**",
      "**/generated/**",
      "*.mjs",
      ".*.mjs",
      "web/*.mjs",
      "bin/*.mjs",
      "wasm/**",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: "error",
      "no-console": "error", // log through base/log.ts
      "no-restricted-globals": ["error", { name: "Date", message: "Take a Clock." }],
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Take a Random." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Use a named export." },
      ],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/prefer-readonly": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/naming-convention": [
        "error",
        { selector: "typeLike", format: ["PascalCase"] },
        {
          selector: ["variable", "function", "parameter", "classProperty", "classMethod"],
          format: ["camelCase"],
          leadingUnderscore: "forbid",
        },
        { selector: "variable", modifiers: ["const", "global"], format: ["camelCase"] },
        // "_" alone is a parameter that has to be there.
        { selector: "parameter", filter: "^_$", format: null },
      ],
    },
  },
  {
    // In numeric loops the index is bounded by the loop; `!` costs nothing and hides nothing.
    files: [
      "src/kernel/**",
      "src/model/sample-batch.ts",
      "src/shard/**",
      "src/analyzer/**",
      "src/query/**",
      "src/oculus/**",
      "src/query/promql/**",
      "src/store/embedded/**",
      "src/store/elasticsearch/**",
      "src/store/log/**",
      "src/store/memory/**",
      "src/store/redis/**",
      "src/store/remote/**",
      "src/wire/**",
      "bench/**",
      "test/**",
      "src/**/*.test.ts",
    ],
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    // The two files where the real world enters.
    files: ["src/base/clock.ts", "src/base/log.ts"],
    rules: { "no-restricted-globals": "off", "no-restricted-properties": "off" },
  },
  {
    // The program as a whole runs in real time, and so do its tests and benches.
    files: ["test/**", "bench/**"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    // Pages: components are functions with a capital; the browser's clock is the reader's clock.
    files: ["web/**"],
    rules: {
      "no-restricted-globals": "off",
      "@typescript-eslint/naming-convention": [
        "error",
        { selector: "typeLike", format: ["PascalCase"] },
        { selector: "function", format: ["camelCase", "PascalCase"] },
      ],
    },
  },
  {
    files: ["**/*.config.{ts,mjs}", "web/vite.config.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
);
