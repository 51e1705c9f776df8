/**
 * The door to the nine checks in WebAssembly: all of them on the columns of one series, in one call.
 *
 * `Judge` is the twin and defines every answer: the kernel does the same operations in the same order.
 * Columns must lie in the kernel's memory (`ChunkKernel.takePair`). Values that must be repaired before
 * checks can work on them, gaps and spreads beyond what squares hold, are left to the twin; what the
 * store keeps has no gaps.
 */
import { assert } from "../base/assert.ts";
import { type ChunkKernel, columnCountMax, type SampleModule } from "../kernel/index.ts";
import type { CheckName } from "../model/index.ts";
import { checksByCost } from "./checks/index.ts";
import { ewmaWeights } from "./numerics/ewma.ts";
import type { JudgeSettings } from "./settings.ts";

/** Bits of an answer: one for each check that fired, in the order of `checksByCost`; and these. */
export const answerBits = { fired: 0x1ff, silent: 0x200, abstained: 0x400, anomalous: 0x800 };

const compatFlag = 1;
const floorsTailFlag = 2;
const hourMs = 3_600_000;

export class ChecksKernel {
  readonly #module: SampleModule;
  readonly #settings: JudgeSettings;
  readonly #criticalValue: (count: number) => number;
  readonly #checks: number;
  readonly #flags: number;

  constructor(
    module: SampleModule,
    settings: JudgeSettings,
    criticalValue: (count: number) => number,
  ) {
    this.#module = module;
    this.#settings = settings;
    this.#criticalValue = criticalValue;
    this.#checks = maskOf(settings.checks);
    const { compat, floorsTail } = settings;
    this.#flags = (compat ? compatFlag : 0) | (compat && floorsTail ? floorsTailFlag : 0);
    const weights = new Float64Array(
      module.buffer,
      module.exports.weightsAddress(),
      ewmaWeights.length,
    );
    weights.set(ewmaWeights.toReversed());
  }

  /**
   * Asks the checks; where `stopsEarly`, only until the vote is decided.
   * @returns `answerBits`; -1 where the twin must answer: the columns lie elsewhere or need repair
   */
  ask(
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    nowMs: number,
    stopsEarly: boolean,
  ): number {
    const module = this.#module;
    if (!module.holds(timesMs) || !module.holds(values) || count > columnCountMax) return -1;
    assert(count <= timesMs.length && count <= values.length, "the samples are there");
    return module.exports.examine(
      timesMs.byteOffset,
      values.byteOffset,
      count,
      nowMs,
      nowMs - (this.#settings.fullDurationMs - hourMs),
      count < 3 ? NaN : this.#criticalValue(count),
      this.#checks,
      stopsEarly ? this.#settings.consensus : 0,
      this.#flags,
      module.spareTimesAt,
    );
  }
}

/** @returns undefined where the twin does the work */
export function openChecksKernel(
  chunks: ChunkKernel | undefined,
  settings: JudgeSettings,
  criticalValue: (count: number) => number,
): ChecksKernel | undefined {
  const module = chunks?.module;
  return module && new ChecksKernel(module, settings, criticalValue);
}

function maskOf(checks: readonly CheckName[]): number {
  return checks.reduce((mask, name) => mask | (1 << checksByCost.indexOf(name)), 0);
}
