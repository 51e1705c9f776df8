/**
 * One connection of OpenTSDB's telnet protocol: lines cut anywhere, and what is said back.
 *
 * A put that is taken is answered by nothing, a bad one by one line, which senders log. tcollector
 * asks for `version` before it sends, and takes a silent peer for a dead one.
 *
 * Source: OpenTSDB 2.4, PutDataPointRpc.java and RpcHandler.java, for the wording.
 */
import { LineStream } from "./line-stream.ts";
import {
  type OpenTsdbCommand,
  type OpenTsdbFault,
  OpenTsdbLineReader,
  opentsdbLineBytesMax,
} from "./opentsdb-put.ts";
import type { RowSink } from "./row-sink.ts";
import type { StreamReader } from "./stream-reader.ts";

const answers: Readonly<Partial<Record<OpenTsdbCommand, string>>> = {
  version: "net.opentsdb.tools 2.4.0 as spoken by Kale\n",
  stats: "\n",
  help: "available commands: put stats help version exit\n",
};

const refusals: Readonly<Record<OpenTsdbFault, string>> = {
  "unknown-command": "unknown command.  Try `help'.\n",
  "missing-argument":
    "put: illegal argument: not enough arguments (need metric, time, value, tag)\n",
  "bad-time": "put: illegal argument: invalid time\n",
  "bad-value": "put: invalid value: not a number\n",
  "bad-tag": "put: illegal argument: invalid tag\n",
  "long-name": "put: illegal argument: name too long\n",
  "long-line": "error: line too long\n",
  "cut-line": "",
  "bad-json": "",
  "bad-point": "",
};

export class OpenTsdbStream implements StreamReader {
  readonly #lines: LineStream;
  #isLeaving = false;

  /** @param reply  takes what is to be sent back; it may drop it */
  constructor(sink: RowSink<OpenTsdbFault>, reply: (text: string) => void) {
    const fault = (reason: OpenTsdbFault, bytes: Uint8Array, start: number, end: number): void => {
      sink.fault(reason, bytes, start, end);
      if (refusals[reason] !== "") reply(refusals[reason]);
    };
    const reader = new OpenTsdbLineReader({ row: sink.row.bind(sink), fault });
    const line = (bytes: Uint8Array, start: number, end: number): void => {
      if (this.#isLeaving) return;
      const command = reader.readLine(bytes, start, end);
      this.#isLeaving = command === "exit";
      const answer = answers[command];
      if (answer !== undefined) reply(answer);
    };
    this.#lines = new LineStream({ line, fault }, opentsdbLineBytesMax);
  }

  /** @returns false after `exit` */
  push(bytes: Uint8Array): boolean {
    this.#lines.push(bytes);
    return !this.#isLeaving;
  }

  end(): void {
    if (!this.#isLeaving) this.#lines.end();
  }
}
