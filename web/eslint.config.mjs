// The program's rules, and what a page needs beyond them: components are functions with a capital.
import tseslint from "typescript-eslint";
import programRules from "../eslint.config.mjs";

export default tseslint.config(
  { ignores: ["eslint.config.mjs"] },
  ...programRules,
  {
    files: ["**/*.tsx"],
    rules: {
      "@typescript-eslint/naming-convention": [
        "error",
        { selector: "typeLike", format: ["PascalCase"] },
        { selector: "function", format: ["camelCase", "PascalCase"] },
        { selector: ["variable", "parameter"], format: ["camelCase"] },
      ],
    },
  },
  {
    // The two files where the reader's clock and calendar enter.
    files: ["**/lib/calendar.ts", "**/state/now.ts"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    files: ["**/*.config.{ts,mjs}"],
    rules: { "no-restricted-syntax": "off" },
  },
);
