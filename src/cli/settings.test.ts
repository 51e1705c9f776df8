import { expect, test } from "vitest";
import { defaultSettings, envNameOf, flagOf, settingFields, settingOf } from "./settings.ts";

test.each(settingFields)(
  "the default of %s is allowed, and read back from how it is shown",
  (field) => {
    const { kind } = settingOf(field);
    const standard: unknown = settingOf(field).standard;
    const shown = kind.show(standard).replace(/^\[(.*)\]$/, "$1");
    expect(kind.read(shown)).toEqual(standard);
  },
);

test("keys, flags and environment names are each used once", () => {
  const keys = settingFields.map((field) => settingOf(field).key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(keys.map(flagOf)).size).toBe(keys.length);
  expect(new Set(keys.map(envNameOf)).size).toBe(keys.length);
});

test.each(settingFields)("%s is documented in one sentence", (field) => {
  expect(settingOf(field).doc).toMatch(/^[A-Z].*[^.]\.$/);
});

test("flagOf() and envNameOf() name a port as the design does", () => {
  expect(flagOf("ports.pickle")).toBe("--port-pickle");
  expect(envNameOf("ports.carbon-pickle")).toBe("KALE_PORT_CARBON_PICKLE");
});

test("defaultSettings() are the original's where it had them", () => {
  expect(defaultSettings()).toMatchObject({
    picklePort: 2024,
    msgpackPort: 2025,
    webappPort: 1500,
    ageMaxMs: 1_000_000,
    fullDurationMs: 86_400_000,
    consensusCount: 6,
    stalePeriodMs: 500_000,
  });
});
