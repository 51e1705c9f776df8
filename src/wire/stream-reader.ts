/** What a TCP listener needs of a protocol: bytes of one connection, cut anywhere. */
export interface StreamReader {
  /**
   * Takes the next bytes of the connection; keeps no reference to them.
   *
   * @returns false where the framing is lost: the fault is counted, and the rest of the connection
   *   cannot be read
   */
  push(bytes: Uint8Array): boolean;

  /** The sender is done: what it left unfinished is counted as a fault. */
  end(): void;
}
