/** How much memory the metrics may take: as set, or a share of what this machine or its container has. */
import { totalmem } from "node:os";
import type { Settings } from "./settings.ts";

/** The rest is for the program itself, searches, the page, and the system's cache of files. */
export const automaticShare = 0.65;

export function memoryLimitBytes({ memoryBytesMax }: Pick<Settings, "memoryBytesMax">): number {
  return memoryBytesMax > 0 ? memoryBytesMax : Math.floor(availableBytes() * automaticShare);
}

/** 0 or more than the machine has where no container limits it. */
function availableBytes(): number {
  const constrained = process.constrainedMemory();
  const machine = totalmem();
  return constrained > 0 ? Math.min(constrained, machine) : machine;
}
