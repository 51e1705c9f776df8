/**
 * Ganglia's XML, as gmond and gmetad give it to whoever connects: bytes cut anywhere in, rows out.
 *
 *     GANGLIA_XML > [GRID NAME]* > CLUSTER NAME LOCALTIME > HOST NAME TN TMAX > METRIC NAME VAL TYPE TN
 *
 * All that counts stands in attributes, so that the reader looks at tags one by one and at nothing
 * between them; prolog, DTD, EXTRA_DATA and the summaries of HOSTS and METRICS are passed over. No
 * entity is looked up but the five of XML and numbers; the DTD's inside is never read. The text is
 * ISO-8859-1, unless the prolog says UTF-8.
 *
 * - a sample's time is the cluster's LOCALTIME less the metric's TN, the seconds since it was measured
 * - a metric of TYPE string is text: counted, no row
 * - a VAL that is empty or no number is refused, and never a zero
 * - a metric measured longer ago than four times its TMAX is of a host that is gone: counted, no row
 *
 * Source: ganglia 3.7.2, gmond/gmond.c and the DTD it sends. Deviation: a document need not be
 * whole; what came before the break is taken.
 */
import { statedCounter } from "../model/index.ts";
import { parseDecimal } from "./decimal.ts";
import { GangliaName } from "./ganglia-name.ts";
import type { RowSink } from "./row-sink.ts";
import type { StreamReader } from "./stream-reader.ts";

export type GangliaFault =
  /** A tag beyond the limit, or grids in grids without end: this is not Ganglia's XML. */
  | "bad-xml"
  /** The document ended inside a tag. */
  | "cut-short"
  /** A metric outside of a cluster and a host, or without name. */
  | "missing-name"
  | "long-name"
  | "bad-value"
  | "bad-time"
  /** XDR: a packet that is none of Ganglia's. */
  | "bad-packet"
  /** XDR: more hosts and metrics than are kept in mind. */
  | "too-many-metrics";

export interface GangliaCounts {
  readonly sampleCount: number;
  readonly textMetricCount: number;
  /** Metrics of which nothing was heard for long. */
  readonly staleMetricCount: number;
}

/** Far above what a host with its tags needs. */
const tagBytesMax = 65_536;
const depthMax = 32;
/** Of TMAX; gmond itself calls a host down at four times its own. */
const staleFactor = 4;

export class GangliaXmlReader implements StreamReader {
  readonly #sink: RowSink<GangliaFault>;
  readonly #name = new GangliaName();
  /** The start of a tag whose '>' has not come. */
  #held = new Uint8Array(256);
  #heldBytes = 0;
  /** Where in a tag the reader is: 0 outside of one, else the quote it is in, or '>' if in none. */
  #until = 0;
  /** In `<!…>`, whose apostrophes are those of prose. */
  #isDeclaration = false;
  #isTagStart = false;
  #encoding = "latin1";
  #depth = 0;
  #localTimeSeconds = NaN;
  #isInCluster = false;
  #isInHost = false;
  #isLost = false;
  #sampleCount = 0;
  #textMetricCount = 0;
  #staleMetricCount = 0;

  constructor(sink: RowSink<GangliaFault>) {
    this.#sink = sink;
  }

  get counts(): GangliaCounts {
    return {
      sampleCount: this.#sampleCount,
      textMetricCount: this.#textMetricCount,
      staleMetricCount: this.#staleMetricCount,
    };
  }

  /** Begins the next document. */
  reset(): void {
    this.#name.clear();
    this.#heldBytes = 0;
    this.#until = 0;
    this.#isTagStart = false;
    this.#encoding = "latin1";
    this.#depth = 0;
    this.#isInCluster = false;
    this.#isInHost = false;
    this.#isLost = false;
  }

  push(bytes: Uint8Array): boolean {
    if (this.#isLost) return false;
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.#isTagStart) {
        this.#isTagStart = false;
        this.#isDeclaration = byte === exclamation;
      }
      if (this.#until === 0) {
        if (byte === less) {
          this.#until = greater;
          this.#isTagStart = true;
          start = at + 1;
        }
      } else if (byte === this.#until) {
        if (byte !== greater) this.#until = greater;
        else {
          this.#until = 0;
          if (!this.#hold(bytes, start, at)) return false;
          this.#readTag();
          this.#heldBytes = 0;
          if (!this.#isReadable()) return false;
        }
      } else if (byte === quote || byte === apostrophe) {
        if (this.#until === greater && !this.#isDeclaration) this.#until = byte;
      }
    }
    return this.#until === 0 || this.#hold(bytes, start, bytes.length);
  }

  end(): void {
    if (this.#until !== 0 && !this.#isLost) {
      this.#sink.fault("cut-short", this.#held, 0, this.#heldBytes);
    }
    this.reset();
  }

  /** Not a look at the field in place: the compiler does not see that a tag may end it. */
  #isReadable(): boolean {
    return !this.#isLost;
  }

  #hold(bytes: Uint8Array, start: number, end: number): boolean {
    const neededBytes = this.#heldBytes + end - start;
    if (neededBytes > tagBytesMax) {
      if (this.#heldBytes > 0) this.#sink.fault("bad-xml", this.#held, 0, this.#heldBytes);
      else this.#sink.fault("bad-xml", bytes, start, end);
      this.#isLost = true;
      return false;
    }
    if (neededBytes > this.#held.length) {
      const grown = new Uint8Array(Math.min(tagBytesMax, neededBytes * 2));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes.subarray(start, end), this.#heldBytes);
    this.#heldBytes = neededBytes;
    return true;
  }

  /** Reads the tag that is held, without its angle brackets. */
  #readTag(): void {
    const held = this.#held;
    // Declarations and comments. The first of a DTD runs to the end of the second: `<!DOCTYPE x [ <!…>`.
    if (held[0] === exclamation) return;
    if (held[0] === question) {
      const text = this.#text(0, this.#heldBytes);
      if (/encoding\s*=\s*["']utf-8["']/i.test(text)) this.#encoding = "utf-8";
      return;
    }
    const isEnd = held[0] === slash;
    const nameStart = isEnd ? 1 : 0;
    let nameEnd = nameStart;
    while (nameEnd < this.#heldBytes && isNameByte(held[nameEnd]!)) nameEnd += 1;
    const tag = this.#text(nameStart, nameEnd);
    if (isEnd) this.#leave(tag);
    else if (tag === "METRIC") this.#readMetric(nameEnd);
    else if (tag === "GRID" || tag === "CLUSTER" || tag === "HOST") {
      this.#enter(tag, this.#attributes(nameEnd));
      if (held[this.#heldBytes - 1] === slash) this.#leave(tag);
    }
  }

  #enter(tag: "GRID" | "CLUSTER" | "HOST", attributes: ReadonlyMap<string, string>): void {
    this.#depth += 1;
    if (this.#depth > depthMax) {
      this.#sink.fault("bad-xml", this.#held, 0, this.#heldBytes);
      this.#isLost = true;
      return;
    }
    this.#name.enter(attributes.get("NAME") ?? "");
    if (tag === "CLUSTER") {
      this.#localTimeSeconds = numberOf(attributes.get("LOCALTIME"));
      this.#isInCluster = true;
    } else if (tag === "HOST") this.#isInHost = true;
  }

  #leave(tag: string): void {
    if (tag !== "GRID" && tag !== "CLUSTER" && tag !== "HOST") return;
    if (this.#depth === 0) return;
    this.#depth -= 1;
    this.#name.leave();
    if (tag === "CLUSTER") this.#isInCluster = false;
    if (tag === "HOST") this.#isInHost = false;
  }

  #readMetric(from: number): void {
    const attributes = this.#attributes(from);
    const fault = this.#metricFault(attributes);
    if (fault !== undefined) this.#sink.fault(fault, this.#held, 0, this.#heldBytes);
  }

  #metricFault(attributes: ReadonlyMap<string, string>): GangliaFault | undefined {
    const metric = attributes.get("NAME") ?? "";
    if (!this.#isInCluster || !this.#isInHost || metric === "") return "missing-name";
    if (attributes.get("TYPE") === "string") {
      this.#textMetricCount += 1;
      return undefined;
    }
    const value = numberOf(attributes.get("VAL"));
    if (Number.isNaN(value)) return "bad-value";
    const ageSeconds = numberOf(attributes.get("TN") ?? "0");
    const timeMs = (this.#localTimeSeconds - ageSeconds) * 1000;
    if (Number.isNaN(timeMs)) return "bad-time";
    const leastAgeMax = numberOf(attributes.get("TMAX") ?? "0");
    if (leastAgeMax > 0 && ageSeconds > staleFactor * leastAgeMax) {
      this.#staleMetricCount += 1;
      return undefined;
    }
    const length = this.#name.compose(metric);
    if (length === 0) return "long-name";
    this.#sampleCount += 1;
    const stated = attributes.get("SLOPE") === "positive" ? statedCounter : 0;
    this.#sink.row(this.#name.bytes, 0, length, Math.floor(timeMs), value, stated);
    return undefined;
  }

  /** `NAME="value"`, in either quotes, of the tag that is held. */
  #attributes(from: number): Map<string, string> {
    const attributes = new Map<string, string>();
    const held = this.#held;
    const end = this.#heldBytes;
    for (let at = from; at < end;) {
      while (at < end && !isNameByte(held[at]!)) at += 1;
      const keyStart = at;
      while (at < end && isNameByte(held[at]!)) at += 1;
      const keyEnd = at;
      while (at < end && isBlankOrEquals(held[at]!)) at += 1;
      const mark = held[at];
      if (mark !== quote && mark !== apostrophe) continue;
      const valueStart = at + 1;
      at = valueStart;
      while (at < end && held[at] !== mark) at += 1;
      const key = this.#text(keyStart, keyEnd);
      if (keptAttributes.has(key)) attributes.set(key, unescaped(this.#text(valueStart, at)));
      at += 1;
    }
    return attributes;
  }

  #text(start: number, end: number): string {
    if (this.#encoding === "utf-8") return utf8.decode(this.#held.subarray(start, end));
    let text = "";
    for (let at = start; at < end; at++) text += String.fromCharCode(this.#held[at]!);
    return text;
  }
}

const exclamation = 0x21;
const quote = 0x22;
const apostrophe = 0x27;
const slash = 0x2f;
const less = 0x3c;
const greater = 0x3e;
const question = 0x3f;

const keptAttributes = new Set(["NAME", "LOCALTIME", "VAL", "TYPE", "SLOPE", "TN", "TMAX"]);

const utf8 = new TextDecoder();
const ascii = new TextEncoder();

function isNameByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f || (byte >= 0x30 && byte <= 0x39);
}

function isBlankOrEquals(byte: number): boolean {
  return byte === 0x3d || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** @returns NaN for what is missing, empty or no decimal */
function numberOf(text: string | undefined): number {
  const bytes = ascii.encode((text ?? "").trim());
  const number = parseDecimal(bytes, 0, bytes.length);
  return Number.isFinite(number) ? number : NaN;
}

const entities: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["apos", "'"],
  ["gt", ">"],
  ["lt", "<"],
  ["quot", '"'],
]);

/** The five entities of XML and characters by number; others stay as they are. */
function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,4});/gi, (whole, word: string) => {
    if (!word.startsWith("#")) return entities.get(word) ?? whole;
    const code = /^#x/i.test(word) ? parseInt(word.slice(2), 16) : Number(word.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
