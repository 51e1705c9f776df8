/** A file that Kale exported, looked at before it is sent: a wrong file is told at once. */
import type { CollectionsFileJson, ViewsFileJson } from "../../src/webapp/contract.ts";

/** What each kind of file is called, and what is in it. */
interface ExportFiles {
  readonly collections: CollectionsFileJson;
  readonly views: ViewsFileJson;
}

export type ExportKind = keyof ExportFiles;

export type ReadExport<Kind extends ExportKind> =
  | { readonly ok: true; readonly file: ExportFiles[Kind] }
  | { readonly ok: false; readonly problem: string };

/** Only the outside is looked at; the server reads every field and says which one is wrong. */
export function readExport<Kind extends ExportKind>(text: string, kind: Kind): ReadExport<Kind> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, problem: `This file is not JSON, so no export of ${kind}.` };
  }
  const given = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  if (given["format"] !== `kale-${kind}`) {
    return { ok: false, problem: `This file is JSON, but no export of ${kind} from Kale.` };
  }
  if (given["version"] !== 1) {
    return { ok: false, problem: "This export was written by a newer Kale than this one." };
  }
  const entries = given[kind];
  if (!Array.isArray(entries) || entries.length === 0) {
    return { ok: false, problem: `This export has no ${kind.slice(0, -1)} in it.` };
  }
  return { ok: true, file: json as ExportFiles[Kind] };
}
