/**
 * Ganglia's own packets, as gmond and gmetric send them: one datagram in, rows out.
 *
 *     packet    id u32 | host string | metric string | is spoofed u32 | ...         XDR, big-endian
 *     128       metadata   type string | name string | units string | slope u32 | tmax u32 | dmax u32 | ...
 *     129..135  value      format string | u16 i16 i32 u32, text, float, double
 *     136       a request for metadata
 *     string    length u32 | bytes | zeros up to a multiple of 4
 *
 * gmetric sends a number of any type as text (id 133, format "%s"), so that the type of a text comes
 * from the metadata before it. Without metadata a text is counted as unknown and no row: "5.10" may
 * be a version. A spoofed host is `ip:name`, and the name is taken. No time travels: it is ours.
 *
 * Source: ganglia 3.7.2, lib/gm_protocol.x; RFC 4506, "XDR".
 */
import { statedCounter } from "../model/index.ts";
import { parseDecimal } from "./decimal.ts";
import { float32BigEndian, float64BigEndian, uint32BigEndian } from "./byte-order.ts";
import { GangliaName } from "./ganglia-name.ts";
import type { GangliaFault } from "./ganglia-xml.ts";
import type { RowSink } from "./row-sink.ts";

/** Of metrics of all hosts, to know their type. */
const metricCountMaxDefault = 200_000;

/** No packet holds a longer one. */
const textBytesMax = 1500;

export class GangliaXdrReader {
  readonly #sink: RowSink<GangliaFault>;
  readonly #metricCountMax: number;
  readonly #name = new GangliaName();
  /** What the metadata say of a metric of a host, by both. */
  readonly #told = new Map<string, Told>();
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #sampleCount = 0;
  #textMetricCount = 0;
  #unknownTypeCount = 0;

  constructor(
    sink: RowSink<GangliaFault>,
    { metricCountMax = metricCountMaxDefault }: { readonly metricCountMax?: number } = {},
  ) {
    this.#sink = sink;
    this.#metricCountMax = metricCountMax;
  }

  get sampleCount(): number {
    return this.#sampleCount;
  }

  get textMetricCount(): number {
    return this.#textMetricCount;
  }

  /** Texts whose metadata did not come yet. */
  get unknownTypeCount(): number {
    return this.#unknownTypeCount;
  }

  read(packet: Uint8Array): void {
    this.#bytes = packet;
    this.#at = 0;
    const id = this.#word();
    const host = this.#string();
    const metric = this.#string();
    const isSpoofed = this.#word();
    const fault =
      id === undefined || host === undefined || metric === undefined || isSpoofed === undefined
        ? "bad-packet"
        : this.#readRest(id, isSpoofed === 0 ? host : spoofedHost(host), metric);
    if (fault !== undefined) this.#sink.fault(fault, packet, 0, packet.length);
  }

  #readRest(id: number, host: string, metric: string): GangliaFault | undefined {
    if (id === metadataRequest) return undefined;
    if (id === metadata) return this.#readMetadata(host, metric);
    if (this.#string() === undefined) return "bad-packet"; // the format
    if (id === textValue) return this.#readText(host, metric);
    const value = this.#number(id);
    return value === undefined ? "bad-packet" : this.#row(host, metric, value);
  }

  #readMetadata(host: string, metric: string): GangliaFault | undefined {
    const type = this.#string();
    if (type === undefined) return "bad-packet";
    const key = `${host}\0${metric}`;
    if (!this.#told.has(key) && this.#told.size >= this.#metricCountMax) return "too-many-metrics";
    // Its name once more, its units, and the slope.
    const slope =
      this.#string() === undefined || this.#string() === undefined ? undefined : this.#word();
    if (type === "string") this.#told.set(key, told.text);
    else this.#told.set(key, slope === positiveSlope ? told.counter : told.number);
    return undefined;
  }

  #readText(host: string, metric: string): GangliaFault | undefined {
    const text = this.#string();
    if (text === undefined) return "bad-packet";
    const type = this.#told.get(`${host}\0${metric}`);
    if (type === undefined) this.#unknownTypeCount += 1;
    if (type === told.text) this.#textMetricCount += 1;
    if (type === undefined || type === told.text) return undefined;
    const bytes = encoder.encode(text.trim());
    const value = parseDecimal(bytes, 0, bytes.length);
    return Number.isFinite(value) ? this.#row(host, metric, value) : "bad-value";
  }

  #row(host: string, metric: string, value: number): GangliaFault | undefined {
    if (host === "" || metric === "") return "missing-name";
    this.#name.clear();
    this.#name.enter(host);
    const length = this.#name.compose(metric);
    if (length === 0) return "long-name";
    this.#sampleCount += 1;
    const stated = this.#told.get(`${host}\0${metric}`) === told.counter ? statedCounter : 0;
    this.#sink.row(this.#name.bytes, 0, length, NaN, value, stated);
    return undefined;
  }

  /** @returns undefined where it is cut short or the id is of no number */
  #number(id: number): number | undefined {
    const at = this.#at;
    const restBytes = this.#bytes.length - at;
    if (id === 135) return restBytes < 8 ? undefined : float64BigEndian(this.#bytes, at);
    if (restBytes < 4) return undefined;
    switch (id) {
      case 129: // unsigned short
      case 132: // unsigned int
        return uint32BigEndian(this.#bytes, at);
      case 130: // short
      case 131: // int
        return uint32BigEndian(this.#bytes, at) | 0;
      case 134:
        return float32BigEndian(this.#bytes, at);
      default:
        return undefined;
    }
  }

  #word(): number | undefined {
    if (this.#at + 4 > this.#bytes.length) return undefined;
    this.#at += 4;
    return uint32BigEndian(this.#bytes, this.#at - 4);
  }

  #string(): string | undefined {
    const length = this.#word();
    if (length === undefined || length > textBytesMax) return undefined;
    if (this.#at + length > this.#bytes.length) return undefined;
    const text = decoder.decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length + ((4 - (length % 4)) % 4);
    return text;
  }
}

const told = { number: 0, counter: 1, text: 2 } as const;
type Told = (typeof told)[keyof typeof told];

const positiveSlope = 1;
const metadata = 128;
const textValue = 133;
const metadataRequest = 136;

const decoder = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** `ip:name`; an IPv6 address has colons too, a name has none. */
function spoofedHost(host: string): string {
  return host.slice(host.lastIndexOf(":") + 1);
}
