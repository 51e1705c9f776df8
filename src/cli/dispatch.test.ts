import { expect, test } from "vitest";
import { UsageError, type Command } from "./command.ts";
import { testIo } from "./command.fixture.ts";
import { commandEntries } from "./commands.ts";
import { dispatch } from "./dispatch.ts";
import { StartError } from "./running.ts";

function entry(run: Command["run"]): Parameters<typeof dispatch>[1] {
  const help = "usage: kale work\n";
  const command: Command = { name: "work", summary: "works", help, options: [], run };
  return [{ name: "work", summary: "works", load: () => Promise.resolve(command) }];
}

const working = entry((args, io) => {
  io.stdout.write(args.join(" "));
  return Promise.resolve(3);
});

test("dispatch() gives a command its arguments, and its status to the caller", async () => {
  const { io, out } = testIo();
  expect(await dispatch(["work", "a", "--b"], working, io)).toBe(3);
  expect(out()).toBe("a --b");
});

test("kale version takes no words", async () => {
  const { io, err } = testIo();
  expect(await dispatch(["version", "extra"], commandEntries, io)).toBe(2);
  expect(err()).toContain('"extra" is not expected here');
});

test.each([
  { args: ["--help"], status: 0, out: /usage: kale COMMAND[^]* work {2}works/, err: /^$/ },
  { args: ["help", "work"], status: 0, out: /^usage: kale work\n$/, err: /^$/ },
  { args: ["work", "--help"], status: 0, out: /^usage: kale work\n$/, err: /^$/ },
  { args: ["work", "x", "-h"], status: 0, out: /^usage: kale work\n$/, err: /^$/ },
  { args: [], status: 2, out: /^$/, err: /usage: kale COMMAND/ },
  {
    args: ["wrok"],
    status: 2,
    out: /^$/,
    err: /^kale: unknown command "wrok"; did you mean work\?\n$/,
  },
  { args: ["xyzzy"], status: 2, out: /^$/, err: /kale --help lists the commands/ },
])("dispatch($args) ends with $status", async ({ args, status, out, err }) => {
  const test = testIo();
  expect(await dispatch(args, working, test.io)).toBe(status);
  expect(test.out()).toMatch(out);
  expect(test.err()).toMatch(err);
});

test.each([
  {
    error: new UsageError("needs a file"),
    status: 2,
    text: "kale work: needs a file (see kale work --help)\n",
  },
  {
    error: new StartError("START_DATA_IN_USE", "the folder is in use"),
    status: 1,
    text: "kale work: the folder is in use\n",
  },
])("dispatch() tells a $error.name in one line", async ({ error, status, text }) => {
  const { io, err } = testIo();
  expect(
    await dispatch(
      ["work"],
      entry(() => Promise.reject(error)),
      io,
    ),
  ).toBe(status);
  expect(err()).toBe(text);
});

test("dispatch() leaves our own mistakes to the process", async () => {
  const failing = entry(() => Promise.reject(new TypeError("x is not a function")));
  await expect(dispatch(["work"], failing, testIo().io)).rejects.toThrow(TypeError);
});

test.each(commandEntries)(
  "the list says of $name what the command says of itself",
  async (listed) => {
    const command = await listed.load();
    expect(command.name).toBe(listed.name);
    expect(command.summary).toBe(listed.summary);
    expect(command.help).toMatch(new RegExp(`^usage: kale ${listed.name}\\b`, "i"));
    const widest = Math.max(...command.help.split("\n").map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(110);
  },
);
