/**
 * Gives back the memory of what a socket has read, once it is taken in.
 *
 * A socket makes a buffer of 64 KiB for each read. Left to the collector, a thousand of them are reason enough
 * to go through the whole heap, again and again under load: that took half of the listening thread's time.
 */

/** The bytes are gone afterwards, in whoever still has them. */
export function giveBack(bytes: Buffer): void {
  const { buffer } = bytes;
  // A part of something larger, as small buffers may be, belongs to others too.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0);
}
