import { expect, test } from "vitest";
import { advanced, historyOf, redone, undone } from "./draw-history.ts";
import { emptyDrawing, withLevel } from "./drawing.ts";

const [one, two] = [withLevel(emptyDrawing, 1, 1), withLevel(emptyDrawing, 2, 2)];

test("undone() and redone() walk back and forth, and stop at the ends", () => {
  const history = advanced(advanced(historyOf(emptyDrawing), one), two);
  expect(undone(history).drawing).toBe(one);
  expect(undone(undone(undone(history))).drawing).toBe(emptyDrawing);
  expect(redone(undone(history)).drawing).toBe(two);
  expect(redone(history)).toBe(history);
});

test("advanced() after a step back forgets what could have been redone", () => {
  const history = advanced(undone(advanced(historyOf(emptyDrawing), one)), two);
  expect(redone(history)).toBe(history);
});

test("advanced() takes a whole stroke back at once when told where it began", () => {
  const history = advanced(historyOf(one), two, emptyDrawing);
  expect(undone(history).drawing).toBe(emptyDrawing);
});
