import { expect, test } from "vitest";
import fc from "fast-check";
import { GraphiteError } from "./errors.ts";
import { type Node, parseTarget } from "./grammar.ts";

/** The tree as a text, with every bracket there. */
function shown(node: Node): string {
  switch (node.kind) {
    case "path":
      return node.path;
    case "literal":
      return node.literal.kind === "text" ? `'${node.literal.text}'` : JSON.stringify(node.literal);
    case "template":
      return `template(${shown(node.body)};${[...node.values].map(([key, value]) => `${key}=${JSON.stringify(value)}`).join()})`;
    case "call": {
      const keywords = [...node.keywords].map(([key, value]) => `${key}=${shown(value)}`);
      return `${node.name}(${[...node.args.map(shown), ...keywords].join()})`;
    }
  }
}

test.each([
  ["a.b.c", "a.b.c"],
  ["  a.b  ", "a.b"],
  ["servers.{web1,web2}.cpu.*", "servers.{web1,web2}.cpu.*"],
  ["a.b[0-9]?.c;host=fe1", "a.b[0-9]?.c;host=fe1"],
  [String.raw`odd\ name\(1\).x`, "odd name(1).x"],
  ["1min", "1min"],
  ["trueish", "trueish"],
  ["sumSeries(a,b)", "sumSeries(a,b)"],
  ["f( a , g(b) )", "f(a,g(b))"],
  ["f()", "f()"],
  ["f(a,'x')", "f(a,'x')"],
  [String.raw`f(a,"x \" y")`, String.raw`f(a,'x \" y')`],
  ["f(a,func='max')", "f(a,func='max')"],
  ["a|f()|g(2)", 'g(f(a),{"kind":"number","value":2,"isInteger":true})'],
  ["f(-1)", 'f({"kind":"number","value":-1,"isInteger":true})'],
  ["f(1.5e3)", 'f({"kind":"number","value":1500,"isInteger":false})'],
  ["f(True,NONE)", 'f({"kind":"boolean","value":true},{"kind":"none"})'],
  ["template(f($x),x='1')", 'template(f($x);x={"kind":"text","text":"1"})'],
  ["template($1.a,5)", 'template($1.a;1={"kind":"number","value":5,"isInteger":true})'],
])("parseTarget() reads %s", (text, expected) => {
  expect(shown(parseTarget(text))).toBe(expected);
});

test("parseTarget() keeps a call as it was written", () => {
  const node = parseTarget(` seriesByTag( 'a=b' )|scale(2)`);
  expect(node.kind === "call" && node.args[0]?.kind === "call" && node.args[0].text).toBe(
    "seriesByTag( 'a=b' )",
  );
});

test.each([
  ["", "The target ends at character 1; expected the name of a series, or a function."],
  ["a..b", 'The target goes on with ".b" at character 3; expected the next part of the name.'],
  ["a.b)", 'The target goes on with ")" at character 4; expected the end of the target, or |.'],
  ["f(a", "The target ends at character 4; expected , or )."],
  ["f(a,'x)", `The target goes on with "'x)" at character 5; expected a closing '.`],
  [
    "f(x=1,a)",
    'The target goes on with "a)" at character 7; expected key=value, since one came before.',
  ],
  ["a.{b,c", "The target ends at character 7; expected more of the list, or }."],
  ["a|b", 'The target goes on with "b" at character 3; expected a function after |.'],
  [
    "template(a,b)",
    'The target goes on with "b)" at character 12; expected a number or a quoted text.',
  ],
])("parseTarget() says what is wrong with %s", (text, message) => {
  expect(() => parseTarget(text)).toThrow(message);
});

test("parseTarget() refuses what is too deep or too long", () => {
  expect(() => parseTarget(`${"f(".repeat(100)}a${")".repeat(100)}`)).toThrow(/64 deep/);
  expect(() => parseTarget("a".repeat(20_000))).toThrow(/at most 16384/);
});

test("parseTarget() throws nothing but its own error, whatever it is given", () => {
  const pieces = fc.constantFrom(
    "f(",
    ")",
    ",",
    "'",
    '"',
    "|",
    "a.b",
    "{",
    "}",
    "\\",
    "1",
    "=",
    " ",
    "template(",
    ".",
    "true",
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseTarget(text);
      } catch (error) {
        expect(error).toBeInstanceOf(GraphiteError);
      }
    }),
    { numRuns: 2000 },
  );
});
