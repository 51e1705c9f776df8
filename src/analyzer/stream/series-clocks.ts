/**
 * By which clock each series has learned its days and hours. The zones are those of the rules; a series' own
 * is a number in a column, so that what it has learned by one clock can be turned to another when the rules change.
 */
import { WallOffset } from "../../base/wall-offset.ts";
import { type DetectorBank, lastSecondsOf, rowCountOf, turnProfiles } from "../detector/index.ts";
import type { StreamColumns } from "./columns.ts";

const zoneCountMax = 2 ** 16;

export class SeriesClocks {
  readonly #bank: DetectorBank;
  readonly #columns: StreamColumns;
  /** The column names them by place. */
  readonly #offsets = [new WallOffset("UTC")];
  readonly #placeByName = new Map([["UTC", 0]]);

  constructor(bank: DetectorBank, columns: StreamColumns) {
    this.#bank = bank;
    this.#columns = columns;
  }

  zoneOf(id: number): string {
    return this.#offsetOf(id).zone.name;
  }

  /** What the wall shows there, in Unix milliseconds as if it stood in UTC. */
  wallMs(id: number, timeMs: number): number {
    return timeMs + 1000 * this.#offsetOf(id).at(timeMs / 1000);
  }

  /** What is learned of the series from now on goes by this zone; what was learned is not touched. */
  restore(id: number, zone: string): void {
    const known = this.#placeByName.get(zone);
    const place = known ?? this.#offsets.length;
    if (place >= zoneCountMax) return;
    if (known === undefined) {
      this.#offsets.push(new WallOffset(zone));
      this.#placeByName.set(zone, place);
    }
    this.#columns.zone[id] = place;
  }

  /** The same; what was learned is turned. @returns whether the series had another one */
  change(id: number, zone: string): boolean {
    const before = this.#offsetOf(id);
    if (before.zone.name === zone) return false;
    this.restore(id, zone);
    const { state } = this.#bank.detectorOf(id);
    const index = this.#bank.indexOf(id);
    if (rowCountOf(state, index) > 0) {
      const seconds = lastSecondsOf(state, index);
      turnProfiles(state, index, this.#offsetOf(id).at(seconds) - before.at(seconds));
    }
    return true;
  }

  #offsetOf(id: number): WallOffset {
    return this.#offsets[this.#columns.zone[id] ?? 0]!;
  }
}
