/**
 * collectd's network protocol: one datagram in, rows out.
 *
 *     packet  part | part ...
 *     part    type u16 | length u16, these four bytes included | content         big-endian
 *
 *     0 host   2 plugin  3 its instance  4 type  5 its instance      text that ends in NUL
 *     1 time, seconds    8 time, 2^-30 s     7, 9 interval           u64
 *     6 values           count u16 | count kinds u8 | count numbers of 8 bytes
 *                        kind 0 counter u64, 1 gauge double LITTLE-endian, 2 derive i64, 3 absolute u64
 *     0x100 message  0x101 severity                                  a notification
 *     0x200 signature    HMAC-SHA-256, 32 bytes | user               over user and all that follows
 *     0x210 encrypted    user length u16 | user | IV, 16 bytes | SHA-1 and parts under AES-256-OFB
 *
 * What a part says holds for the values behind it until it is said anew, within its packet. Parts
 * of other types are skipped by their length. A packet that breaks is done with; what came before
 * is taken.
 *
 * Source: collectd wiki, "Binary protocol"; collectd 5.12, src/network.c. Keys and ciphers are not
 * known here: `CollectdSecurity` is given.
 */
import { statedCounter, statedGauge } from "../model/index.ts";
import { uint16BigEndian, uint32BigEndian } from "./byte-order.ts";
import { CollectdName } from "./collectd-name.ts";
import { collectdTypes, type CollectdTypes } from "./collectd-types.ts";
import type { RowSink } from "./row-sink.ts";

export type CollectdFault =
  /** A part whose length cannot be; the rest of the packet is lost. */
  | "bad-part"
  /** Values whose count does not go with their length, or of an unknown kind. */
  | "bad-values"
  /** Values before host, plugin and type were said. */
  | "missing-name"
  | "long-name"
  /** The signature is another one, or its user is unknown. */
  | "bad-signature"
  /** It does not open, or its user is unknown. */
  | "bad-encryption"
  /** In the clear, or signed only, where more is asked for. */
  | "not-secured"
  /** Commands and JSON of write_http. */
  | "bad-command"
  | "bad-json"
  | "bad-value"
  | "bad-time";

/** The keys, which a pure reader does not have. */
export interface CollectdSecurity {
  /** What a packet must be at least. */
  readonly level: "none" | "sign" | "encrypt";
  /** Whether `mac` is the HMAC-SHA-256 of `signed` under the user's password. */
  verify(user: string, mac: Uint8Array, signed: Uint8Array): boolean;
  /** @returns what was encrypted, its checksum and parts; undefined where it does not open */
  open(user: string, iv: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

export interface CollectdOptions {
  readonly types?: CollectdTypes | undefined;
  readonly security?: CollectdSecurity | undefined;
}

/** Encrypted parts in encrypted parts make no sense. */
const depthMax = 1;

const levels = { none: 0, sign: 1, encrypt: 2 };

export class CollectdReader {
  readonly #sink: RowSink<CollectdFault>;
  readonly #types: CollectdTypes;
  readonly #security: CollectdSecurity | undefined;
  readonly #name = new CollectdName();
  readonly #decoder = new TextDecoder();
  /** Start and end of host, plugin, its instance, type, its instance. */
  readonly #texts = new Uint32Array(10);
  /** Where the texts lie: the packet, or what was encrypted in it. */
  #bytes: Uint8Array = new Uint8Array(0);
  #timeMs = NaN;
  #sampleCount = 0;

  constructor(sink: RowSink<CollectdFault>, { types, security }: CollectdOptions = {}) {
    this.#sink = sink;
    this.#types = types ?? collectdTypes;
    this.#security = security;
  }

  /** @returns how many samples were handed on */
  read(packet: Uint8Array): number {
    this.#sampleCount = 0;
    this.#readParts(packet, 0, 0);
    return this.#sampleCount;
  }

  #readParts(bytes: Uint8Array, securedLevel: number, depth: number): void {
    this.#bytes = bytes;
    this.#texts.fill(0);
    this.#timeMs = NaN;
    let level = securedLevel;
    let isRefused = false;
    for (let at = 0; at < bytes.length;) {
      const length = at + 4 <= bytes.length ? uint16BigEndian(bytes, at + 2) : 0;
      if (length < 4 || at + length > bytes.length) {
        this.#sink.fault("bad-part", bytes, at, bytes.length);
        return;
      }
      const type = uint16BigEndian(bytes, at);
      const start = at + 4;
      at += length;
      if (type === signaturePart) {
        if (this.#isSigned(start, at)) level = Math.max(level, levels.sign);
        else return;
      } else if (type === encryptedPart) {
        if (depth < depthMax) this.#readEncrypted(bytes, start, at, depth);
        // The texts are those of what was encrypted: nothing of it holds here.
        this.#bytes = bytes;
        this.#texts.fill(0);
      } else if (level < levels[this.#security?.level ?? "none"]) {
        if (!isRefused) this.#sink.fault("not-secured", bytes, start - 4, bytes.length);
        isRefused = true;
      } else this.#readPart(type, start, at);
    }
  }

  #readPart(type: number, start: number, end: number): void {
    const place = textParts.indexOf(type);
    if (place >= 0) {
      // The NUL at the end is no part of the text.
      this.#texts[2 * place] = start;
      this.#texts[2 * place + 1] = end > start && this.#bytes[end - 1] === 0 ? end - 1 : end;
    } else if (type === 1 || type === 8) {
      if (end - start !== 8) this.#sink.fault("bad-time", this.#bytes, start, end);
      else this.#timeMs = type === 1 ? this.#unsigned(start) * 1000 : this.#highTimeMs(start);
    } else if (type === 6) this.#readValues(start, end);
  }

  #readValues(start: number, end: number): void {
    const bytes = this.#bytes;
    const count = end - start >= 2 ? uint16BigEndian(bytes, start) : 0;
    const kindsStart = start + 2;
    const numbersStart = kindsStart + count;
    if (count === 0 || numbersStart + 8 * count !== end) {
      this.#sink.fault("bad-values", bytes, start, end);
      return;
    }
    if (!this.#beginName()) {
      this.#sink.fault("missing-name", bytes, start, end);
      return;
    }
    const sources = count === 1 ? undefined : this.#types.get(this.#text(3));
    const nameLength = this.#name.length;
    for (let i = 0; i < count; i++) {
      const value = this.#value(bytes[kindsStart + i]!, numbersStart + 8 * i);
      if (value === undefined) {
        this.#sink.fault("bad-values", bytes, start, end);
        continue;
      }
      // A gauge that could not be measured is NaN on the wire: nothing, and no fault.
      if (Number.isNaN(value)) continue;
      this.#name.cut(nameLength);
      if (count > 1) this.#name.text(".", sources?.[i] ?? `value${i}`);
      const length = this.#name.compose();
      if (length === 0) this.#sink.fault("long-name", bytes, start, end);
      else {
        this.#sampleCount += 1;
        const stated = statedByKind[bytes[kindsStart + i]!]!;
        this.#sink.row(this.#name.bytes, 0, length, this.#timeMs, value, stated);
      }
    }
  }

  /** @returns false where host, plugin or type is missing */
  #beginName(): boolean {
    const texts = this.#texts;
    for (const place of [0, 1, 3]) if (texts[2 * place] === texts[2 * place + 1]) return false;
    this.#name.clear();
    this.#name.part("", this.#bytes, texts[0]!, texts[1]!);
    this.#name.part(".", this.#bytes, texts[2]!, texts[3]!);
    this.#name.part("-", this.#bytes, texts[4]!, texts[5]!);
    this.#name.part(".", this.#bytes, texts[6]!, texts[7]!);
    this.#name.part("-", this.#bytes, texts[8]!, texts[9]!);
    return true;
  }

  #value(kind: number, at: number): number | undefined {
    switch (kind) {
      case 0: // counter
      case 3: // absolute
        return this.#unsigned(at);
      case 1: {
        for (let i = 0; i < 8; i++) scratch.setUint8(i, this.#bytes[at + i]!);
        return scratch.getFloat64(0, true);
      }
      case 2: // derive
        return (
          (uint32BigEndian(this.#bytes, at) | 0) * 4294967296 + uint32BigEndian(this.#bytes, at + 4)
        );
      default:
        return undefined;
    }
  }

  #unsigned(at: number): number {
    return uint32BigEndian(this.#bytes, at) * 4294967296 + uint32BigEndian(this.#bytes, at + 4);
  }

  /** 2^-30 s: the upper part in seconds of 4, the lower one in ms, each exact. */
  #highTimeMs(at: number): number {
    const high = uint32BigEndian(this.#bytes, at);
    const low = uint32BigEndian(this.#bytes, at + 4);
    return high * 4000 + Math.floor((low * 1000) / 2 ** 30);
  }

  #isSigned(start: number, end: number): boolean {
    const bytes = this.#bytes;
    // Without keys a signature says nothing, and what it signs is taken as it is.
    if (this.#security === undefined) return true;
    const isSound =
      end - start > macBytes &&
      this.#security.verify(
        this.#decoder.decode(bytes.subarray(start + macBytes, end)),
        bytes.subarray(start, start + macBytes),
        bytes.subarray(start + macBytes),
      );
    if (!isSound) this.#sink.fault("bad-signature", bytes, start, end);
    return isSound;
  }

  #readEncrypted(bytes: Uint8Array, start: number, end: number, depth: number): void {
    const userBytes = end - start >= 2 ? uint16BigEndian(bytes, start) : 0;
    const ivStart = start + 2 + userBytes;
    const sealedStart = ivStart + ivBytes;
    const opened =
      userBytes > 0 && sealedStart < end
        ? this.#security?.open(
            this.#decoder.decode(bytes.subarray(start + 2, ivStart)),
            bytes.subarray(ivStart, sealedStart),
            bytes.subarray(sealedStart, end),
          )
        : undefined;
    if (opened === undefined) this.#sink.fault("bad-encryption", bytes, start, end);
    else this.#readParts(opened, levels.encrypt, depth + 1);
  }

  #text(place: number): string {
    return this.#decoder.decode(
      this.#bytes.subarray(this.#texts[2 * place], this.#texts[2 * place + 1]),
    );
  }
}

/** Counter, gauge, derive, absolute: the last is what came since the time before. */
const statedByKind = [statedCounter, statedGauge, statedCounter, statedGauge];
const textParts = [0, 2, 3, 4, 5];
const signaturePart = 0x200;
const encryptedPart = 0x210;
const macBytes = 32;
const ivBytes = 16;

const scratch = new DataView(new ArrayBuffer(8));
