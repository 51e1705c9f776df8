import { expect, test } from "vitest";
import type { AnomalyJson, IncidentJson } from "../../src/webapp/contract.ts";
import { anomaliesOf, rowsTogether } from "./incidents.ts";

function anomaly(id: string): AnomalyJson {
  return { id, name: `metric ${id}` } as AnomalyJson;
}

function incident(...ids: string[]): IncidentJson {
  return { id: ids[0], members: ids.map(anomaly) } as IncidentJson;
}

test("rowsTogether() makes one row of an incident where its newest stands, its earliest first", () => {
  const rows = ["e", "d", "c", "b", "a"].map(anomaly);
  const shown = rowsTogether(rows, [incident("a", "c", "d"), incident("e")]);
  expect(shown.map((row) => ("incident" in row ? row.rows.map(({ id }) => id) : row.id))).toEqual([
    "e",
    ["a", "c", "d"],
    "b",
  ]);
  expect(anomaliesOf(shown).map(({ id }) => id)).toEqual(["e", "a", "c", "d", "b"]);
});

test("rowsTogether() leaves one of an incident whose others are not shown as it is", () => {
  const rows = ["b", "a"].map(anomaly);
  expect(rowsTogether(rows, [incident("x", "a")])).toEqual(rows);
});
