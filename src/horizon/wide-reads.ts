/**
 * Reads of accepted connections into one buffer that stays.
 *
 * Node reads 64 KiB at a time, each into memory made for it. For sockets that a program opens it has a choice, one
 * buffer of the program's own (`onread` of net.Socket), but not for those that a server accepts. So what
 * the system knows of the connection, its handle, moves to a socket that is made with that choice. How it moves
 * is no documented part of Node, so a socket that has none is read as others are.
 */
import { Socket, type SocketConstructorOpts } from "node:net";
import { giveBack } from "./read-buffer.ts";

/** As much as the kernel that reads rows takes at once; a quarter of what a core keeps near. */
const readBytes = 256 << 10;

export class WideReads {
  /** Of all connections: what was read is taken before anything else is. */
  readonly #buffer = new Uint8Array(readBytes);

  /**
   * @param accepted  by a server with `pauseOnConnect`, and not used any more
   * @param take      gets what came, lent for the call
   * @returns the connection, paused
   */
  of(accepted: Socket, take: (bytes: Uint8Array) => void): Socket {
    const handle = takeHandle(accepted);
    if (handle === undefined) {
      return accepted.on("data", (bytes: Buffer) => {
        take(bytes);
        giveBack(bytes);
      });
    }
    const buffer = this.#buffer;
    const callback = (count: number): boolean => {
      take(buffer.subarray(0, count));
      return true;
    };
    const options = { handle, pauseOnCreate: true, onread: { buffer, callback } };
    return new Socket(options as unknown as SocketConstructorOpts);
  }
}

/** The server need not know the connection any more. */
function takeHandle(accepted: Socket): object | undefined {
  if (!("_handle" in accepted)) return undefined;
  const handle = accepted._handle;
  if (typeof handle !== "object" || handle === null) return undefined;
  if (!("useUserBuffer" in handle)) return undefined;
  accepted._handle = null;
  accepted.destroy();
  return handle;
}
