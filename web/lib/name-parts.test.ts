import fc from "fast-check";
import { expect, test } from "vitest";
import { partsOfName, partsOfNames } from "./name-parts.ts";

test.each([
  ["load", { common: "", own: "load", tags: "" }],
  ["host.load", { common: "", own: "host.load", tags: "" }],
  ["web.fe7.load", { common: "web.", own: "fe7.load", tags: "" }],
  ["web.fe7.load;dc=a.b", { common: "web.", own: "fe7.load", tags: ";dc=a.b" }],
])("partsOfName(%s)", (name, parts) => {
  expect(partsOfName(name)).toEqual(parts);
});

test("partsOfNames() dims what a name shares with another", () => {
  const parts = partsOfNames([
    "web.fe1.cpu.user",
    "web.fe1.cpu.idle",
    "db.lag",
    "web.fe2.cpu.user",
  ]);
  expect(parts.get("web.fe1.cpu.user")).toEqual({ common: "web.fe1.cpu.", own: "user", tags: "" });
  expect(parts.get("web.fe2.cpu.user")?.common).toBe("web.");
  expect(parts.get("db.lag")?.common).toBe("");
});

test("partsOfNames() loses no character and never dims a whole name", () => {
  const name = fc.array(fc.constantFrom("a", "bc", ".", ";", "ä"), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 8 }), (drawn) => {
      const names = drawn.map((words) => words.join(""));
      for (const [whole, { common, own, tags }] of partsOfNames(names)) {
        expect(common + own + tags).toBe(whole);
        expect(common === "" || common.endsWith(".")).toBe(true);
      }
    }),
  );
});
