/**
 * Samples in CSV. What the columns are is told by the first line:
 *
 *     time,web.load,web.errors      one column per series, named by its head
 *     timestamp,value               one series, named by the file: what `kale detect --stream` reads
 *     name,time,value               long: one sample a line; columns in any order, others passed over
 *     web.load,2026-11-23 10:00:00,1.5      no head: a long line as Graphite's format=csv writes it
 *
 *     time    time, timestamp, datetime, date, ts, _time, @timestamp; see sample-text.ts for its forms
 *     name    name, metric, series, target, path, _measurement
 *     value   value, _value, val
 *
 * The separator is the one of , ; and tab that the first line has most of. Texts may stand in double
 * quotes, doubled inside (RFC 4180), but not span lines. With ";" a value may have a decimal comma.
 * An empty value, "null", "None" and "NaN" are gaps, never zero.
 */
import { parseTimeText, parseValueText } from "./sample-text.ts";

export type CsvFault =
  /** A quote is not closed, or something stands behind it. */
  | "bad-quotes"
  /** More or fewer columns than the first line. */
  | "bad-columns"
  | "bad-time"
  | "bad-value"
  | "missing-name";

export type CsvLayout = { readonly separator: string; readonly columnCount: number } & (
  | {
      readonly form: "wide";
      readonly timeColumn: number;
      /** By column; "" for that of the time. */
      readonly names: readonly string[];
    }
  | {
      readonly form: "long";
      readonly timeColumn: number;
      readonly nameColumn: number;
      readonly valueColumn: number;
      /** False where the first line is a sample already. */
      readonly hasHead: boolean;
    }
);

const timeHeads = ["time", "timestamp", "datetime", "date", "ts", "_time", "@timestamp"];
const nameHeads = ["name", "metric", "series", "target", "path", "_measurement"];
const valueHeads = ["value", "_value", "val"];

/**
 * @param line        the first one of the file
 * @param seriesName  for a file of one series whose column is named "value"
 * @returns undefined where no column is a time
 */
export function readCsvLayout(line: string, seriesName: string): CsvLayout | undefined {
  const separator = separatorOf(line);
  const heads = splitCsv(line.replace(/^\uFEFF/, ""), separator)?.map((head) => head.trim());
  if (heads === undefined) return undefined;
  const columnCount = heads.length;
  const lower = heads.map((head) => head.toLowerCase());
  const timeColumn = lower.findIndex((head) => timeHeads.includes(head));
  if (timeColumn < 0) {
    const [, time = "", value = ""] = heads;
    const isSample = parseTimeText(time) !== undefined && parseValueText(value) !== undefined;
    if (columnCount !== 3 || !isSample) return undefined;
    const columns = { nameColumn: 0, timeColumn: 1, valueColumn: 2 };
    return { form: "long", separator, columnCount, hasHead: false, ...columns };
  }
  const nameColumn = lower.findIndex((head) => nameHeads.includes(head));
  const valueColumn = lower.findIndex((head) => valueHeads.includes(head));
  if (nameColumn >= 0 && valueColumn >= 0) {
    const columns = { timeColumn, nameColumn, valueColumn };
    return { form: "long", separator, columnCount, hasHead: true, ...columns };
  }
  const isOneSeries = columnCount === 2 && valueColumn >= 0;
  const names = heads.map((head, i) => {
    if (i === timeColumn) return "";
    return isOneSeries ? seriesName : head;
  });
  return { form: "wide", separator, columnCount, timeColumn, names };
}

/**
 * Reads one line of samples.
 *
 * @param take  is given each sample of the line; gaps are not among them
 * @returns the first thing that was wrong; the other samples of the line are taken
 */
export function readCsvLine(
  line: string,
  layout: CsvLayout,
  take: (name: string, timeMs: number, value: number) => void,
): CsvFault | undefined {
  const { separator, columnCount, timeColumn } = layout;
  const cells = splitCsv(line, separator);
  if (cells === undefined) return "bad-quotes";
  if (cells.length !== columnCount) return "bad-columns";
  const timeMs = parseTimeText((cells[timeColumn] ?? "").trim());
  if (timeMs === undefined) return "bad-time";
  if (layout.form === "long") {
    const name = (cells[layout.nameColumn] ?? "").trim();
    if (name === "") return "missing-name";
    return takeCell(name, cells[layout.valueColumn] ?? "");
  }
  let fault: CsvFault | undefined;
  for (const [column, name] of layout.names.entries()) {
    const found = name === "" ? undefined : takeCell(name, cells[column] ?? "");
    fault ??= found;
  }
  return fault;

  function takeCell(name: string, cell: string): CsvFault | undefined {
    const text = cell.trim();
    const value = parseValueText(separator === ";" ? text.replace(",", ".") : text);
    if (value === undefined) return "bad-value";
    if (value !== "none") take(name, timeMs ?? 0, value);
    return undefined;
  }
}

/** Of equally many the first: a line of one column has none and is split by commas. */
function separatorOf(line: string): string {
  const counts = [",", ";", "\t"].map((char) => line.split(char).length);
  const most = Math.max(...counts);
  return [",", ";", "\t"][counts.indexOf(most)] ?? ",";
}

/** @returns undefined where the quotes do not fit */
function splitCsv(line: string, separator: string): string[] | undefined {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  for (let at = 0; ;) {
    if (line[at] === '"') {
      let cell = "";
      let from = at + 1;
      let close = line.indexOf('"', from);
      while (close >= 0 && line[close + 1] === '"') {
        cell += line.slice(from, close + 1);
        from = close + 2;
        close = line.indexOf('"', from);
      }
      if (close < 0) return undefined;
      cells.push(cell + line.slice(from, close));
      at = close + 1;
      if (at === line.length) return cells;
      if (line[at] !== separator) return undefined;
      at += 1;
    } else {
      const end = line.indexOf(separator, at);
      cells.push(end < 0 ? line.slice(at) : line.slice(at, end));
      if (end < 0) return cells;
      at = end + 1;
    }
  }
}
