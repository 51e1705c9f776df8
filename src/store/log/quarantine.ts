/**
 * Sets damaged stretches of files aside, so that somebody can look at them, and says where they
 * were. The copy is named after file and offset, so the same damage found again is one copy.
 */
import { basename, join } from "node:path";
import type { DiskFile, Disk } from "./disk.ts";
import type { FaultLedger } from "./fault-ledger.ts";
import type { Damage } from "./frame.ts";

/** Of a longer stretch only the beginning is copied. */
const copyBytesMax = 16 << 20;

export class Quarantine {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #faults: FaultLedger;

  constructor(disk: Disk, folder: string, faults: FaultLedger) {
    this.#disk = disk;
    this.#folder = folder;
    this.#faults = faults;
  }

  /** Never rejects: a copy that cannot be made is said, and the rest is served all the same. */
  async take(path: string, damage: Damage): Promise<void> {
    const { offset, lengthBytes } = damage;
    let kept = `copied to ${this.#folder}`;
    try {
      await this.#copy(path, damage);
    } catch (error) {
      kept = `could not be copied: ${error instanceof Error ? error.message : String(error)}`;
    }
    const what = lengthBytes === 0 ? "the file is cut off" : `${lengthBytes} damaged bytes`;
    this.#faults.report(
      "corrupt-record",
      `${path}, offset ${offset}: ${what}, ${kept}; the rest is served`,
      { offset, lengthBytes },
    );
  }

  async #copy(path: string, { offset, lengthBytes }: Damage): Promise<void> {
    await this.#disk.makeFolder(this.#folder);
    let source: DiskFile | undefined;
    let copy: DiskFile | undefined;
    try {
      source = await this.#disk.open(path, "read");
      const bytes = new Uint8Array(Math.min(lengthBytes, copyBytesMax));
      const readBytes = await source.read(bytes, offset);
      copy = await this.#disk.open(join(this.#folder, `${basename(path)}@${offset}`), "create");
      await copy.write(bytes.subarray(0, readBytes), 0);
    } finally {
      await source?.close();
      await copy?.close();
    }
  }
}
