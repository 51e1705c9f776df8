/**
 * The stack machine of Python's pickle, protocols 0 to 5, cut down to data. It names, builds and
 * calls nothing.
 *
 * Opcodes that would (GLOBAL, STACK_GLOBAL, REDUCE, BUILD, INST, OBJ, NEWOBJ, EXT, PERSID ...) keep
 * only their effect on the height of the stack and leave an inert "object" behind, so that the
 * samples beside it can still be read. What has no business in samples (dicts, sets, None) is inert in
 * the same way; True and False are 1 and 0, as Carbon takes them. Out-of-band buffers and unknown opcodes refuse the pickle.
 *
 * Limits, each checked before anything is allocated: values, open marks (the depth of nesting under
 * construction), memo keys (below the length of the pickle, since each PUT takes two bytes and
 * picklers count up), width of texts and of long integers. Nothing here recurses.
 *
 * Source: CPython, Lib/pickletools.py.
 */
import { float64BigEndian, uint16LittleEndian, uint32LittleEndian } from "./byte-order.ts";
import { parseDecimal } from "./decimal.ts";
import {
  addFloatLine,
  addIntegerLine,
  addLong,
  addStringLine,
  addUnicodeLine,
  pickleTextBytesMax,
} from "./pickle-literals.ts";
import { PickleStack } from "./pickle-stack.ts";
import {
  kindLongText,
  kindNumber,
  kindObject,
  kindOther,
  kindText,
  PickleValues,
} from "./pickle-values.ts";

const protocolMax = 5;

/** Faults that cost the whole pickle. */
export type PickleMachineFault =
  | "cut-short"
  | "bad-opcode"
  | "bad-protocol"
  | "bad-stack"
  | "bad-memo"
  | "too-deep"
  | "too-many-values";

export class PickleMachine {
  readonly values = new PickleValues();
  /** The value that the last run ended with. */
  result = -1;
  /** The first object of the last run; -1 is none. */
  firstObject = -1;

  #bytes: Uint8Array = noBytes;
  /** Next byte to read, and the end. */
  #at = 0;
  #end = 0;
  readonly #stack = new PickleStack(this.values);

  /**
   * Runs the pickle in `bytes[start, end)`; its values stay readable until the next run.
   *
   * @returns where it stopped, or why it could not be run
   */
  run(bytes: Uint8Array, start: number, end: number): number | PickleMachineFault {
    this.values.clear();
    this.#stack.clear(end - start);
    this.result = -1;
    this.firstObject = -1;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    const fault = this.#runOpcodes();
    this.#bytes = noBytes;
    if (fault !== undefined) return fault;
    this.result = this.#stack.peek(0);
    return this.#at;
  }

  // Cases are literals, so that the switch is a jump table; one call less per opcode is why the
  // commonest are written out here.
  #runOpcodes(): PickleMachineFault | undefined {
    const bytes = this.#bytes;
    const end = this.#end;
    const values = this.values;
    const stack = this.#stack;
    while (this.#at < end) {
      if (values.isFull) return "too-many-values";
      const opcode = bytes[this.#at++]!;
      const at = this.#at;
      let isSound = true;
      switch (opcode) {
        case 0x2e: // STOP
          return stack.holds(1) ? undefined : "bad-stack";
        case 0x80: // PROTO version
          if (at < end && bytes[at]! > protocolMax) return "bad-protocol";
          isSound = this.#skip(1);
          break;
        case 0x95: // FRAME length8: only a hint for reading ahead
          isSound = this.#skip(8);
          break;

        // Numbers
        case 0x47: // BINFLOAT
          if (at + 8 > end) return "cut-short";
          stack.push(values.add(kindNumber, float64BigEndian(bytes, at), at, at + 8));
          this.#at = at + 8;
          break;
        case 0x4b: // BININT1
          if (at + 1 > end) return "cut-short";
          stack.push(values.add(kindNumber, bytes[at]!, at, at + 1));
          this.#at = at + 1;
          break;
        case 0x4d: // BININT2
          if (at + 2 > end) return "cut-short";
          stack.push(values.add(kindNumber, uint16LittleEndian(bytes, at), at, at + 2));
          this.#at = at + 2;
          break;
        case 0x4a: // BININT, signed
          if (at + 4 > end) return "cut-short";
          stack.push(values.add(kindNumber, uint32LittleEndian(bytes, at) | 0, at, at + 4));
          this.#at = at + 4;
          break;
        case 0x8a: // LONG1 length1
        case 0x8b: // LONG4 length4
          isSound = this.#pushLong(opcode === 0x8a ? 1 : 4);
          break;
        case 0x49: // INT line
        case 0x4c: // LONG line
        case 0x46: // FLOAT line
        case 0x53: // STRING line
        case 0x56: // UNICODE line
          isSound = this.#pushLine(opcode);
          break;

        // Texts; Python 2 writes str, and we read it, as bytes
        case 0x55: // SHORT_BINSTRING length1
        case 0x43: // SHORT_BINBYTES length1
        case 0x8c: // SHORT_BINUNICODE length1
          isSound = this.#pushText(1);
          break;
        case 0x54: // BINSTRING length4
        case 0x42: // BINBYTES length4
        case 0x58: // BINUNICODE length4
          isSound = this.#pushText(4);
          break;
        case 0x8d: // BINUNICODE8 length8
        case 0x8e: // BINBYTES8 length8
          isSound = this.#pushText(8);
          break;

        // Tuples and lists
        case 0x28: // MARK
          if (!stack.mark()) return "too-deep";
          break;
        case 0x29: // EMPTY_TUPLE
          stack.push(values.addTuple(noChildren, 0, 0));
          break;
        case 0x85: // TUPLE1
        case 0x86: // TUPLE2
        case 0x87: // TUPLE3
          if (!stack.holds(opcode - 0x84)) return "bad-stack";
          stack.foldTuple(opcode - 0x84);
          break;
        case 0x74: // TUPLE
          if (!stack.hasMark(0)) return "bad-stack";
          stack.foldTupleToMark();
          break;
        case 0x5d: // EMPTY_LIST
          stack.push(values.addList());
          break;
        case 0x6c: // LIST
          if (!stack.hasMark(0)) return "bad-stack";
          stack.foldListToMark();
          break;
        case 0x61: // APPEND
          if (!stack.holds(2)) return "bad-stack";
          stack.append(1);
          break;
        case 0x65: // APPENDS
          if (!stack.hasMark(1)) return "bad-stack";
          stack.appendToMark();
          break;

        // The memo and the stack itself
        case 0x71: // BINPUT key1
          if (at + 1 > end) return "cut-short";
          this.#at = at + 1;
          if (!stack.put(bytes[at])) return "bad-memo";
          break;
        case 0x72: // LONG_BINPUT key4
          if (at + 4 > end) return "cut-short";
          this.#at = at + 4;
          if (!stack.put(uint32LittleEndian(bytes, at))) return "bad-memo";
          break;
        case 0x94: // MEMOIZE: the next key
          if (!stack.put()) return "bad-memo";
          break;
        case 0x68: // BINGET key1
          if (at + 1 > end) return "cut-short";
          this.#at = at + 1;
          if (!stack.get(bytes[at]!)) return "bad-memo";
          break;
        case 0x6a: // LONG_BINGET key4
          if (at + 4 > end) return "cut-short";
          this.#at = at + 4;
          if (!stack.get(uint32LittleEndian(bytes, at))) return "bad-memo";
          break;
        case 0x70: // PUT line
        case 0x67: {
          // GET line
          const lineEnd = this.#takeLine();
          if (lineEnd < 0) return "cut-short";
          const key = parseDecimal(bytes, at, lineEnd);
          if (!(opcode === 0x70 ? stack.put(key) : stack.get(key))) return "bad-memo";
          break;
        }
        case 0x30: // POP
          if (stack.isMarkOnTop) stack.dropToMark();
          else if (stack.holds(1)) stack.drop(1);
          else return "bad-stack";
          break;
        case 0x31: // POP_MARK
          if (!stack.hasMark(0)) return "bad-stack";
          stack.dropToMark();
          break;
        case 0x32: // DUP
          if (!stack.holds(1)) return "bad-stack";
          stack.push(stack.peek(0));
          break;

        default: {
          const fault = this.#runInert(opcode);
          if (fault !== undefined) return fault;
        }
      }
      if (!isSound) return "cut-short";
    }
    return "cut-short";
  }

  /** The rare ones; most are opcodes of which only the effect on the stack is kept. */
  #runInert(opcode: number): PickleMachineFault | undefined {
    const at = this.#at;
    const stack = this.#stack;
    switch (opcode) {
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        stack.push(this.values.add(kindNumber, opcode === 0x88 ? 1 : 0, at, at));
        return undefined;
      case 0x4e: // NONE
      case 0x7d: // EMPTY_DICT
      case 0x8f: // EMPTY_SET
        return this.#replace(0, kindOther, at, at);
      case 0x64: // DICT
      case 0x91: // FROZENSET
        if (!stack.hasMark(0)) return "bad-stack";
        stack.dropToMark();
        return this.#replace(0, kindOther, at, at);
      case 0x73: // SETITEM
        if (!stack.holds(3)) return "bad-stack";
        stack.drop(2);
        return undefined;
      case 0x75: // SETITEMS
      case 0x90: // ADDITEMS
        if (!stack.hasMark(1)) return "bad-stack";
        stack.dropToMark();
        return undefined;
      case 0x96: // BYTEARRAY8 length8
        if (!this.#pushText(8)) return "cut-short";
        return this.#replace(1, kindOther, at, at);

      case 0x63: // GLOBAL line line
      case 0x69: // INST line line
        if (this.#takeLine() < 0 || this.#takeLine() < 0) return "cut-short";
        if (opcode === 0x69) {
          if (!stack.hasMark(0)) return "bad-stack";
          stack.dropToMark();
        }
        return this.#replace(0, kindObject, at, this.#at);
      case 0x93: // STACK_GLOBAL: module name
        return this.#replace(2, kindObject, at, at);
      case 0x52: // REDUCE: callable arguments
      case 0x81: // NEWOBJ: class arguments
        return this.#replace(2, kindObject, at, at);
      case 0x92: // NEWOBJ_EX: class arguments keywords
        return this.#replace(3, kindObject, at, at);
      case 0x62: // BUILD: object state
        return this.#replace(2, kindObject, at, at);
      case 0x6f: // OBJ: mark class arguments
        if (!stack.hasMark(0)) return "bad-stack";
        stack.dropToMark();
        return this.#replace(0, kindObject, at, at);
      case 0x82: // EXT1
      case 0x83: // EXT2
      case 0x84: // EXT4
        if (!this.#skip(1 << (opcode - 0x82))) return "cut-short";
        return this.#replace(0, kindObject, at - 1, this.#at);
      case 0x50: // PERSID line
        if (this.#takeLine() < 0) return "cut-short";
        return this.#replace(0, kindObject, at, this.#at);
      case 0x51: // BINPERSID
        return this.#replace(1, kindObject, at, at);
      default:
        return "bad-opcode";
    }
  }

  /**
   * Replaces the top `count` values by one inert value. An object keeps, for the example, the bytes
   * it was to be made from: those of the lowest that has any, up to the last text.
   */
  #replace(
    count: number,
    kind: number,
    start: number,
    end: number,
  ): PickleMachineFault | undefined {
    const stack = this.#stack;
    if (!stack.holds(count)) return "bad-stack";
    const values = this.values;
    let madeFrom = start;
    let madeUntil = end;
    for (let below = 0; below < count; below++) {
      const part = stack.peek(below);
      if (values.kinds[part] !== kindObject && values.kinds[part] !== kindText) continue;
      madeUntil = madeUntil === end ? values.ends[part]! : Math.max(madeUntil, values.ends[part]!);
      madeFrom = values.starts[part]!;
    }
    const value = values.add(kind, 0, madeFrom, Math.max(madeFrom, madeUntil));
    stack.drop(count);
    stack.push(value);
    if (kind === kindObject && this.firstObject < 0) this.firstObject = value;
    return undefined;
  }

  #pushText(lengthWidth: number): boolean {
    const start = this.#takeLength(lengthWidth);
    if (start < 0) return false;
    const kind = this.#at - start > pickleTextBytesMax ? kindLongText : kindText;
    this.#stack.push(this.values.add(kind, 0, start, this.#at));
    return true;
  }

  #pushLong(lengthWidth: number): boolean {
    const start = this.#takeLength(lengthWidth);
    if (start < 0) return false;
    this.#stack.push(addLong(this.values, this.#bytes, start, this.#at));
    return true;
  }

  #pushLine(opcode: number): boolean {
    const start = this.#at;
    const lineEnd = this.#takeLine();
    if (lineEnd < 0) return false;
    const add =
      opcode === 0x46
        ? addFloatLine
        : opcode === 0x53
          ? addStringLine
          : opcode === 0x56
            ? addUnicodeLine
            : addIntegerLine;
    this.#stack.push(add(this.values, this.#bytes, start, lineEnd));
    return true;
  }

  /** Moves behind a length and as many bytes. @returns where those begin, or -1 if they are cut */
  #takeLength(width: number): number {
    const at = this.#at;
    const start = at + width;
    if (start > this.#end) return -1;
    const bytes = this.#bytes;
    let length = width === 1 ? bytes[at]! : uint32LittleEndian(bytes, at);
    if (width === 8) length += uint32LittleEndian(bytes, at + 4) * 4294967296;
    if (length > this.#end - start) return -1;
    this.#at = start + length;
    return start;
  }

  /** Moves behind the next LF. @returns where the LF is, or -1 if there is none */
  #takeLine(): number {
    for (let at = this.#at; at < this.#end; at++) {
      if (this.#bytes[at] !== 0x0a) continue;
      this.#at = at + 1;
      return at;
    }
    return -1;
  }

  #skip(count: number): boolean {
    if (this.#at + count > this.#end) return false;
    this.#at += count;
    return true;
  }
}

const noBytes = new Uint8Array(0);
const noChildren = new Int32Array(0);
