import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { expect, test } from "vitest";
import { loadSettings } from "./load-settings.ts";
import { settingsDocument, settingsHelp } from "./settings-help.ts";
import { flagOf, settingFields, settingOf } from "./settings.ts";

const path = "docs/settings.md";

test("docs/settings.md is what settings.ts says; UPDATE_DOCS=1 writes it anew", async () => {
  const text = await format(settingsDocument(), { parser: "markdown", printWidth: 100 });
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, text);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test.each([
  {
    what: "the example in docs/settings.md",
    text: /```yaml\n([^]*?)```/.exec(settingsDocument())?.[1],
  },
  { what: "packaging/kale.yaml", text: readFileSync("packaging/kale.yaml", "utf8") },
])("$what can be used as it is", ({ text }) => {
  expect(text).toBeDefined();
  expect(loadSettings(["--config=x"], {}, () => text ?? "").problems).toEqual([]);
});

test.each(settingFields)("settingsHelp() shows the flag of %s", (field) => {
  expect(settingsHelp().replaceAll("--[no-]", "--")).toContain(flagOf(settingOf(field).key));
});

test("settingsHelp() tells defaults, what may be chosen, and which switches are on", () => {
  const words = settingsHelp().replaceAll(/\s+/g, " ");
  for (const said of [
    "--port-webapp N The page and every HTTP API (1500).",
    "Form of the log; auto is text at a terminal and JSON lines elsewhere (auto; one of auto, text, json).",
    "--roles A,B Parts that this process runs; with the embedded store all of them belong in one process (horizon, analyzer, webapp, oculus).",
    "--[no-]host-metrics Records",
    "--trust-proxy Believes",
  ]) {
    expect(words).toContain(said);
  }
});

test("settingsHelp() fits a terminal of 100 columns", () => {
  const lengths = settingsHelp()
    .split("\n")
    .map((line) => line.length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(100);
});
