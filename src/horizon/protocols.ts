/** Which wire reader serves which port. */
import { unreachable } from "../base/assert.ts";
import {
  CarbonStream,
  HeldBytes,
  MsgpackDatagrams,
  MsgpackStream,
  PickleFrames,
  PickleReader,
  readCarbonDatagram,
  type RowSink,
  type StreamReader,
} from "../wire/index.ts";
import type { RefusalReason } from "./refusals.ts";
import type { HorizonSettings, ListenerKey } from "./settings.ts";

export interface Protocol {
  openStream(): StreamReader;
  readDatagram(bytes: Uint8Array): void;
}

export function protocolFor(
  key: ListenerKey,
  sink: RowSink<RefusalReason>,
  settings: Pick<HorizonSettings, "frameBytesMax" | "heldBytesMax">,
): Protocol {
  switch (key) {
    case "pickle":
    case "carbon-pickle": {
      const reader = new PickleReader(sink);
      const held = new HeldBytes(settings.heldBytesMax);
      const options = { frameBytesMax: settings.frameBytesMax, held };
      return {
        openStream: () => new PickleFrames(reader, sink, options),
        readDatagram: (bytes) => reader.read(bytes, 0, bytes.length),
      };
    }
    case "msgpack": {
      const datagrams = new MsgpackDatagrams(sink);
      return {
        openStream: () => new MsgpackStream(sink),
        readDatagram: (bytes) => datagrams.read(bytes, 0, bytes.length),
      };
    }
    case "carbon":
      return {
        openStream: () => new CarbonStream(sink),
        readDatagram: (bytes) => readCarbonDatagram(bytes, 0, bytes.length, sink),
      };
    default:
      return unreachable(key);
  }
}
