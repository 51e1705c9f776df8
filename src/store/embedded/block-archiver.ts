/**
 * Writes archive files: of a block, from what memory holds of it, and of backfill.
 */
import { chunkFirstMs, chunkLastMs, chunkSampleCountMax } from "../../kernel/index.ts";
import type { TimeRange } from "../../model/index.ts";
import type { ArchiveWriter } from "./archive-writer.ts";
import type { Archive } from "./archive.ts";
import type { Backfill } from "./backfill.ts";
import type { Block, BlockLedger } from "./block-ledger.ts";
import { ByteWriter } from "../log/bytes.ts";
import { ChunkDecoder, ColumnsBuilder, encodeRun } from "../memory/columns.ts";
import type { SeriesMemory } from "../memory/index.ts";
import type { SeriesBook } from "./series-book.ts";
import type { Slicer } from "../log/slice.ts";

/** Ids are below this, so that serial and id fit in one double. */
export const idCountMax = 2 ** 21;

export interface BlockArchiverParts {
  readonly memory: SeriesMemory;
  readonly book: SeriesBook;
  readonly archive: Archive;
  readonly ledger: BlockLedger;
}

export class BlockArchiver {
  readonly #parts: BlockArchiverParts;
  readonly #slicer: Slicer;
  readonly #decoder = new ChunkDecoder();

  constructor(parts: BlockArchiverParts, slicer: Slicer) {
    this.#parts = parts;
    this.#slicer = slicer;
  }

  /**
   * @param options.ids     series to write where the block has a full file already; else all
   * @param options.fromMs  samples before it are left out
   */
  async archiveBlock(
    block: Block,
    options: {
      readonly ids: ReadonlySet<number>;
      readonly fromMs: number;
      readonly coversChunkLog: number;
    },
  ): Promise<void> {
    const { ids, fromMs, coversChunkLog } = options;
    const { archive, memory, book } = this.#parts;
    const isFull = !archive.hasFull(block);
    const writer = await archive.begin({ ...block, coversChunkLog, isFull });
    const range = { fromMs, untilMs: block.endMs };
    const run = new ByteWriter(16 << 10);
    try {
      for (const key of this.#bySerial(isFull ? undefined : ids)) {
        const id = key % idCountMax;
        if (!memory.isLive(id)) continue;
        run.clear();
        memory.visitSealed(id, range, (bytes, offset, length) => {
          this.#addClipped(bytes, offset, length, range, run);
        });
        if (run.length > 0) writer.addRun(book.serial(id), run.written());
        await this.#breathe(writer);
      }
      await archive.finish(writer);
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  }

  /** One file for each block that has rows. */
  async archiveBackfill(rows: Backfill): Promise<void> {
    const { archive, ledger } = this.#parts;
    const run = new ByteWriter();
    for (const [startMs, series] of rows.byBlock(ledger.blockMs)) {
      const block = { startMs, endMs: startMs + ledger.blockMs };
      const writer = await archive.begin({ ...block, coversChunkLog: 0, isFull: false });
      try {
        for (const [serial, { timesMs, values, count }] of series) {
          run.clear();
          encodeRun(timesMs, values, 0, count, run);
          writer.addRun(serial, run.written());
          await this.#breathe(writer);
        }
        await archive.finish(writer);
      } catch (error) {
        await writer.abandon();
        throw error;
      }
    }
  }

  /** Adds a chunk as it is, or what of it lies in the range. */
  #addClipped(
    bytes: Uint8Array,
    offset: number,
    length: number,
    range: TimeRange,
    run: ByteWriter,
  ): void {
    const { fromMs, untilMs } = range;
    if (chunkFirstMs(bytes, offset) >= fromMs && chunkLastMs(bytes, offset) < untilMs) {
      run.raw(bytes, offset, offset + length);
      return;
    }
    const part = new ColumnsBuilder(chunkSampleCountMax);
    this.#decoder.decode(bytes, offset, range, part);
    encodeRun(part.timesMs, part.values, 0, part.count, run);
  }

  /** `serial * idCountMax + id` of the series, ascending; all live ones where none are named. */
  #bySerial(ids: ReadonlySet<number> | undefined): Float64Array {
    const { memory, book } = this.#parts;
    const keys = new Float64Array(ids?.size ?? memory.idCount);
    let count = 0;
    const add = (id: number): void => {
      if (memory.isLive(id)) keys[count++] = book.serial(id) * idCountMax + id;
    };
    if (ids === undefined) for (let id = 0; id < keys.length; id++) add(id);
    else for (const id of ids) add(id);
    const filled = keys.subarray(0, count);
    // Until series expire, ids and serials ascend together.
    return isAscending(filled) ? filled : filled.sort();
  }

  async #breathe(writer: ArchiveWriter): Promise<void> {
    if (writer.isFlushDue) await writer.flush();
    if (this.#slicer.isDue) await this.#slicer.pause();
  }
}

function isAscending(keys: Float64Array): boolean {
  for (let i = 1; i < keys.length; i++) if (keys[i]! < keys[i - 1]!) return false;
  return true;
}
