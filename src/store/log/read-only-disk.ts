/**
 * A disk that is read and never changed: for looking into a data folder that belongs to nobody's running Kale.
 *
 * What would be written goes nowhere, as if it were written and lost again. Opening a store over it recovers
 * in memory what the files hold; a torn end is passed over as ever, and stays as it is on the medium.
 */
import { type Disk, type DiskFile, realDisk } from "./disk.ts";

export const readOnlyDisk: Disk = {
  async open(path, mode) {
    if (mode === "create") return nowhere;
    return unchanged(await realDisk.open(path, "read"));
  },
  rename: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  async list(folder) {
    try {
      return await realDisk.list(folder);
    } catch (error) {
      // It would have been made.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    }
  },
  makeFolder: () => Promise.resolve(),
  syncFolder: () => Promise.resolve(),
};

const done = (): Promise<void> => Promise.resolve();

const nowhere: DiskFile = {
  write: done,
  read: () => Promise.resolve(0),
  sizeBytes: () => Promise.resolve(0),
  truncate: done,
  sync: done,
  close: done,
};

function unchanged(file: DiskFile): DiskFile {
  return {
    ...nowhere,
    read: (into, atOffset) => file.read(into, atOffset),
    sizeBytes: () => file.sizeBytes(),
    close: () => file.close(),
  };
}
