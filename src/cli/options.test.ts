import type { OptionSpec } from "./command.ts";
import { expect, test } from "vitest";
import { optionHelp, readOptions, splitArguments, wholeOption } from "./options.ts";

const specs: readonly OptionSpec[] = [
  { flag: "--seed", placeholder: "N", doc: "Which site." },
  { flag: "--keep", placeholder: "", doc: "Leaves the folder." },
];

test.each([
  { args: ["--seed", "5"], options: [{ flag: "--seed", text: "5" }] },
  { args: ["--seed=5"], options: [{ flag: "--seed", text: "5" }] },
  { args: ["--seed="], options: [{ flag: "--seed", text: "" }] },
  { args: ["--seed"], options: [{ flag: "--seed", text: undefined }] },
  { args: ["--keep"], options: [{ flag: "--keep", text: "true" }] },
  { args: ["--no-keep"], options: [{ flag: "--keep", text: "false" }] },
  { args: ["--keep=no"], options: [{ flag: "--keep", text: "no" }] },
])("splitArguments($args) finds $options", ({ args, options }) => {
  expect(splitArguments(args, specs)).toEqual({ options, unknown: [], words: [] });
});

test("splitArguments() tells words from unknown flags, and ends options at --", () => {
  expect(splitArguments(["a", "--sed=5", "-x", "-", "--", "--seed"], specs)).toEqual({
    options: [],
    unknown: ["--sed", "-x"],
    words: ["a", "-", "--seed"],
  });
});

test("readOptions() takes the last one of a repeated flag", () => {
  expect(readOptions(["--seed", "1", "--seed", "2"], specs).values.get("seed")).toBe("2");
});

test.each([
  { args: ["--sead", "1"], message: /unknown option --sead; did you mean --seed\?/ },
  { args: ["--seed"], message: /--seed needs a value/ },
])("readOptions($args) is a wrong question", ({ args, message }) => {
  expect(() => readOptions(args, specs)).toThrow(message);
});

test.each([
  { text: "7", expected: 7 },
  { text: undefined, expected: 5 },
])("wholeOption() of $text is $expected", ({ text, expected }) => {
  const values = new Map(text === undefined ? [] : [["seed", text]]);
  expect(wholeOption(values, "seed", { standard: 5, min: 0, max: 9 })).toBe(expected);
});

test.each(["10", "-1", "1.5", "x", ""])("wholeOption() refuses %j", (text) => {
  const limits = { standard: 5, min: 0, max: 9 };
  expect(() => wholeOption(new Map([["seed", text]]), "seed", limits)).toThrow(/from 0 to 9/);
});

test("optionHelp() aligns the sentences", () => {
  expect(optionHelp(specs)).toBe("  --seed N  Which site.\n  --keep    Leaves the folder.");
});
