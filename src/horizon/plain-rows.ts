/** Plain rows of known names, from a stream straight into the columns of the intake. */
import { firstPlace } from "../kernel/index.ts";
import type { PlainRows, PlainSender } from "../wire/index.ts";
import type { Admission } from "./admission.ts";
import type { Intake } from "./intake.ts";

export class KnownPlainRows implements PlainRows {
  readonly #intake: Intake;
  readonly #admission: Admission;

  constructor(intake: Intake, admission: Admission) {
    this.#intake = intake;
    this.#admission = admission;
  }

  open(): PlainSender {
    return new KnownSender(this.#intake, this.#admission);
  }
}

class KnownSender implements PlainSender {
  readonly #intake: Intake;
  readonly #admission: Admission;
  readonly #place = firstPlace();
  #takenCount = 0;

  constructor(intake: Intake, admission: Admission) {
    this.#intake = intake;
    this.#admission = admission;
  }

  get takenCount(): number {
    return this.#takenCount;
  }

  begin(): void {
    const { oldestMs, newestMs } = this.#admission;
    this.#intake.knownRows.names.setBounds(oldestMs, newestMs);
    this.#intake.knownRows.begin(this.#place);
  }

  lines(bytes: Uint8Array, at: number, end: number): number {
    this.#takenCount = 0;
    for (let from = at; ;) {
      const next = this.#intake.knownRows.lines(bytes, from, end);
      if (!this.#goesOn() || next >= end) return next;
      from = next;
    }
  }

  items(bytes: Uint8Array, at: number, end: number, countMax: number): number {
    this.#takenCount = 0;
    for (let from = at; ;) {
      const next = this.#intake.knownRows.items(bytes, from, end, countMax - this.#takenCount);
      if (!this.#goesOn() || next >= end) return next;
      from = next;
    }
  }

  end(): void {
    this.#intake.knownRows.end(this.#place);
  }

  /** Accounts for a run. @returns whether it ended only since a shard was full, which it is no more */
  #goesOn(): boolean {
    const rows = this.#intake.knownRows;
    const count = rows.takeCount();
    this.#takenCount += count;
    this.#admission.noteAccepted(count);
    const { fullShard } = rows;
    if (fullShard !== undefined) this.#intake.sendFull(fullShard);
    else if (count > 0) this.#intake.noteRows();
    return fullShard !== undefined;
  }
}
