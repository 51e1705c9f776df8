/** A file of exported collections, looked at before it is sent: a wrong file is told at once. */
import type { CollectionsFileJson } from "../../src/webapp/contract.ts";

export type ReadCollectionsFile =
  | { readonly ok: true; readonly file: CollectionsFileJson }
  | { readonly ok: false; readonly problem: string };

/** Only the outside is looked at; the server reads every field and says which one is wrong. */
export function readCollectionsFile(text: string): ReadCollectionsFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, problem: "This file is not JSON, so no export of collections." };
  }
  if (typeof json !== "object" || json === null) return notAnExport;
  const { format, version, collections } = json as Partial<Record<string, unknown>>;
  if (format !== "kale-collections") return notAnExport;
  if (version !== 1) {
    return { ok: false, problem: "This export was written by a newer Kale than this one." };
  }
  if (!Array.isArray(collections) || collections.length === 0) {
    return { ok: false, problem: "This export has no collection in it." };
  }
  return { ok: true, file: json as CollectionsFileJson };
}

const notAnExport: ReadCollectionsFile = {
  ok: false,
  problem: "This file is JSON, but no export of collections from Kale.",
};
