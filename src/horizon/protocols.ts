/** Which wire reader serves which port. */
import { unreachable } from "../base/assert.ts";
import {
  CarbonStream,
  CollectdReader,
  GangliaXdrReader,
  GangliaXmlReader,
  HeldBytes,
  LineStream,
  MsgpackDatagrams,
  MsgpackStream,
  OpenTsdbStream,
  PickleFrames,
  PickleReader,
  type PlainRows,
  readCarbonDatagram,
  RepeatFilter,
  type RowSink,
  type SenderNote,
  StatsdAggregator,
  statsdLineBytesMax,
  StatsdReader,
  type StreamReader,
} from "../wire/index.ts";
import { collectdSecurity } from "./collectd-security.ts";
import type { MulticastGroups } from "./listener.ts";
import type { RefusalReason } from "./refusals.ts";
import type { HorizonSettings, ListenerKey } from "./settings.ts";

/** What comes as bodies of requests; whoever serves the requests hands them in. */
export type BodyKey = "prometheus" | "influx" | "otlp" | "opentsdb-http" | "collectd-http";

/** A port that listens, what is asked for ("ganglia-xml", "scrape"), or what comes in bodies. */
export type SourceKey = ListenerKey | "ganglia-xml" | "scrape" | BodyKey;

export interface Protocol {
  /** Missing where the protocol is spoken over UDP only. */
  readonly openStream?: (reply: (text: string) => void) => StreamReader;
  /** Missing where the protocol is spoken over TCP only. */
  readonly readDatagram?: (bytes: Uint8Array) => void;
  readonly multicastGroups?: MulticastGroups;
  /** Where what comes in is gathered first: writes it as samples, every so often. */
  readonly flush?: { readonly everyMs: number; readonly run: (nowMs: number) => void };
}

/** What a protocol is made from, besides the place for its rows. */
export interface ProtocolParts {
  readonly nowMs: number;
  /** Takes rows that need no reader. */
  readonly plain?: PlainRows | undefined;
  /** Takes what happened, as against what was measured. */
  readonly onNote?: ((note: SenderNote) => void) | undefined;
  readonly settings: Pick<
    HorizonSettings,
    "frameBytesMax" | "heldBytesMax" | "statsd" | "statsdFlushMs" | "collectd"
  >;
}

export function protocolFor(
  key: SourceKey,
  sink: RowSink<RefusalReason>,
  { nowMs, plain, onNote, settings }: ProtocolParts,
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
      const datagrams = new MsgpackDatagrams(sink, plain?.open());
      return {
        openStream: () => new MsgpackStream(sink, plain?.open()),
        readDatagram: (bytes) => datagrams.read(bytes, 0, bytes.length),
      };
    }
    case "carbon": {
      const datagrams = plain?.open();
      return {
        openStream: () => new CarbonStream(sink, plain?.open()),
        readDatagram: (bytes) => readCarbonDatagram(bytes, 0, bytes.length, sink, datagrams),
      };
    }
    case "statsd": {
      const aggregator = new StatsdAggregator(sink, { nowMs, onNote, options: settings.statsd });
      const reader = new StatsdReader(aggregator);
      const lines = {
        line: reader.readLine.bind(reader),
        fault: aggregator.fault.bind(aggregator),
      };
      return {
        openStream: () => new LineStream(lines, statsdLineBytesMax),
        readDatagram: (bytes) => reader.readDatagram(bytes),
        flush: { everyMs: settings.statsdFlushMs, run: (atMs) => aggregator.flush(atMs) },
      };
    }
    case "collectd": {
      const { security, types } = settings.collectd;
      const reader = new CollectdReader(sink, {
        types,
        security: security === undefined ? undefined : collectdSecurity(security),
      });
      return { readDatagram: (bytes) => reader.read(bytes), multicastGroups: collectdGroups };
    }
    case "ganglia": {
      const reader = new GangliaXdrReader(sink);
      return { readDatagram: (bytes) => reader.read(bytes), multicastGroups: gangliaGroups };
    }
    case "opentsdb":
      return { openStream: (reply) => new OpenTsdbStream(sink, reply) };
    case "ganglia-xml": {
      const filter = new RepeatFilter(sink, gangliaRepeats);
      return { openStream: () => new GangliaXmlReader(filter) };
    }
    case "scrape":
    case "prometheus":
    case "influx":
    case "otlp":
    case "opentsdb-http":
    case "collectd-http":
      return {};
    default:
      return unreachable(key);
  }
}

const collectdGroups = { ipv4: "239.192.74.66", ipv6: "ff18::efc0:4a42" };
const gangliaGroups = { ipv4: "239.2.11.71" };

/** Two whole seconds, one of the clock and one of an age, lie up to one apart. */
const gangliaRepeats = { slackMs: 1000, nameCountMax: 500_000 };
