import { expect, test } from "vitest";
import { line, picture, scaleOf, text } from "../bench/detection/svg.ts";

test("scaleOf() maps both ends of a range, upside down where asked", () => {
  const scale = scaleOf([10, 20], [250, 50]);
  expect([scale(10), scale(15), scale(20)]).toEqual([250, 150, 50]);
});

test("picture() has a ground of its own, and text() shows markup as text", () => {
  const made = picture(100, 50, [
    text(1, 2, "a < b & c"),
    line(
      [
        [0, 0],
        [1.26, 2],
      ],
      "#000",
    ),
  ]);
  expect(made).toContain('<rect width="100" height="50" rx="6" fill="#ffffff"/>');
  expect(made).toContain(">a &lt; b &amp; c</text>");
  expect(made).toContain('points="0,0 1.3,2"');
});
