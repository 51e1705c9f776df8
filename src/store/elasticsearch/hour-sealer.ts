/**
 * Hours that are done go from the index of open hours into the data stream: created there, and only then
 * removed here, so that a broken seal leaves an hour twice, which readers join, and never nowhere.
 */
import { type EngineClient, refreshIndex } from "../../engine/index.ts";
import type { BulkWriter } from "./bulk-writer.ts";
import { type PointDocument, removeOperation, sealOperation } from "./documents.ts";
import { HourPoints } from "./hour-points.ts";
import { type OpenHour, OpenHours } from "./open-hours.ts";
import type { IndexNames } from "./options.ts";
import type { PointReader } from "./point-reader.ts";

export interface HourSealerParts {
  readonly client: EngineClient;
  readonly indexes: IndexNames;
  readonly bulk: BulkWriter;
  readonly reader: PointReader;
  readonly open: OpenHours;
  /** Whose hours these are. */
  readonly writer: string;
}

export class HourSealer {
  readonly #parts: HourSealerParts;

  constructor(parts: HourSealerParts) {
    this.#parts = parts;
  }

  /** Those of this writer. One that changes meanwhile stays open. */
  async seal(hours: readonly OpenHour[]): Promise<void> {
    if (hours.length === 0) return;
    const { client, indexes, bulk, open: all, writer } = this.#parts;
    const sealed = hours.map((open) => ({ open, writtenMs: open.writtenMs }));
    await bulk.write(hours.map((open) => sealOperation(indexes, open, writer)));
    await refreshIndex(client, indexes.points);
    const gone = sealed.filter(({ open, writtenMs }) => all.forget(open, writtenMs));
    await bulk.write(gone.map(({ open }) => removeOperation(indexes, open, writer)));
  }

  /** Hours of others that nobody will seal any more, since their writer is gone for good. */
  async sealAbandoned(beforeMs: number): Promise<void> {
    const { client, indexes, bulk, reader, writer } = this.#parts;
    const query = {
      bool: {
        filter: { range: { writtenMs: { lt: beforeMs } } },
        must_not: { term: { writer } },
      },
    };
    for await (const page of reader.openOf(query)) {
      const hours = page.flatMap((document) => {
        const open = openHourOf(document);
        return open === undefined ? [] : [{ open, writer: document.writer }];
      });
      await bulk.write(
        hours.map(({ open, writer: theirs }) => sealOperation(indexes, open, theirs)),
      );
      // Sealed before it is found, an hour would be in neither place for who reads now.
      await refreshIndex(client, indexes.points);
      await bulk.write(
        hours.map(({ open, writer: theirs }) => removeOperation(indexes, open, theirs)),
      );
    }
  }
}

/** By itself, as its writer had it. */
function openHourOf(document: PointDocument): OpenHour | undefined {
  const points = HourPoints.parse(document.bytes);
  if (points === undefined) return undefined;
  const holder = new OpenHours();
  holder.restore(document, points);
  return holder.get(document.name)?.hours.get(document.hour);
}
