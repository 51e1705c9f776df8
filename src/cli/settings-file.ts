/**
 * The YAML configuration file: text in, found values with their places out. Pure.
 *
 * The file is one map of the keys in settings.ts; a dot in a key is one level of the file:
 *
 *     bind: 0.0.0.0
 *     ports:
 *       pickle: 2024
 *
 * Anchors and aliases are refused: nothing here repeats, and they can blow a small file up.
 */
import { isMap, isScalar, LineCounter, parseDocument, visit, type Node, type Pair } from "yaml";
import { didYouMean } from "./nearest.ts";
import { settingFields, settingOf } from "./settings.ts";

/** A larger text is not a configuration of Kale. */
export const configTextMax = 1 << 20;

export interface SettingProblem {
  /** e.g. "kale.yaml:3:7", "--bind", "KALE_BIND" */
  readonly where: string;
  readonly message: string;
}

export interface FileValue {
  readonly key: string;
  readonly input: unknown;
  /** e.g. "kale.yaml:3:7" */
  readonly where: string;
}

export interface ParsedConfig {
  readonly values: readonly FileValue[];
  readonly problems: readonly SettingProblem[];
}

/** @param label  how problems name the file, e.g. "kale.yaml" */
export function parseConfig(text: string, label: string): ParsedConfig {
  const values: FileValue[] = [];
  const problems: SettingProblem[] = [];
  if (text.length > configTextMax) {
    return {
      values,
      problems: [{ where: `${label}:1:1`, message: "the file is over 1 MiB long" }],
    };
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const placeOf = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${label}:${line}:${col}`;
  };
  for (const error of document.errors) {
    problems.push({ where: placeOf(error.pos[0]), message: `not YAML: ${error.message}` });
  }
  if (problems.length > 0) return { values, problems };

  visit(document, {
    Alias(...[, node]) {
      const message = "found an alias (*name); write the value out";
      problems.push({ where: placeOf(offsetOf(node)), message });
    },
  });
  if (problems.length > 0) return { values, problems };

  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return { values, problems };
  if (!isMap(root)) {
    const message = `found ${describe(root)}; allowed is a map of settings, such as "bind: 127.0.0.1"`;
    return { values, problems: [{ where: placeOf(offsetOf(root)), message }] };
  }
  collect(root.items, "");
  return { values, problems };

  function collect(pairs: readonly Pair<Node, Node | null>[], prefix: string): void {
    for (const { key: keyNode, value: node } of pairs) {
      const key = prefix + (isScalar(keyNode) ? String(keyNode.value) : "?");
      const where = placeOf(offsetOf(node ?? keyNode));
      const isGroup = knownKeys.some((known) => known.startsWith(`${key}.`));
      if (isGroup && isMap(node)) collect(node.items as Pair<Node, Node | null>[], `${key}.`);
      else if (isGroup && isEmpty(node)) continue;
      else if (isGroup) {
        problems.push({ where, message: `${key}: found ${describe(node)}; allowed is a map` });
      } else if (!knownKeys.includes(key)) {
        const message = `unknown setting ${JSON.stringify(key)}${didYouMean(key, knownKeys)}`;
        problems.push({ where: placeOf(offsetOf(keyNode)), message });
      } else {
        values.push({ key, input: isEmpty(node) ? null : node?.toJS(document), where });
      }
    }
  }
}

const knownKeys = settingFields.map((field) => settingOf(field).key);

function offsetOf(node: { readonly range?: readonly number[] | null | undefined }): number {
  return node.range?.[0] ?? 0;
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function describe(node: Node | null): string {
  return isEmpty(node) ? "nothing" : describeInput(node?.toJSON());
}

/** What was found, for a message: short, on one line, escaped. */
export function describeInput(input: unknown): string {
  if (input === null || input === undefined) return "nothing";
  if (typeof input === "object" && !Array.isArray(input)) return "a map";
  const text = JSON.stringify(input);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
