/** Rows into the columns of their shards. */
import { columnAliases, columnTimes, columnTypes, columnValues, recordShard } from "../known-names";
import { sColumnBytes, sColumns, sCounts, sFullShard, sRowRoom, sTypes } from "./state";

/** Called for every line: a static method, since TypeScript knows no decorators of functions. */
export class Columns {
  /** Adds a row of the name whose record begins at `head`; `sFullShard` says when its shard has no more room. */
  @inline
  static add(head: usize, timeMs: f64, value: f64, types: u32): void {
    const shard = <u32>load<u8>(head + recordShard);
    const counter = sCounts + ((<usize>shard) << 2);
    const row = <usize>load<u32>(counter);
    const room = <usize>load<u32>(sRowRoom);
    const columns = <usize>load<u32>(sColumns) + <usize>shard * <usize>load<u32>(sColumnBytes);
    store<f64>(columns + columnTimes * room + (row << 3), timeMs);
    store<f64>(columns + columnValues * room + (row << 3), value);
    store<u32>(columns + columnAliases * room + (row << 2), load<u32>(head + 12));
    store<u8>(columns + columnTypes * room + row, <u8>types);
    if (types != 0) store<u32>(sTypes + ((<usize>shard) << 2), 1);
    store<u32>(counter, <u32>row + 1);
    if (row + 1 == room) store<u32>(sFullShard, shard);
  }
}
