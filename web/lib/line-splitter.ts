/** Text that comes in pieces, out as whole lines: for answers of one JSON value per line. */

/** A line longer than this is our server gone wrong; what came so far is dropped. */
const lineLengthMax = 16_000_000;

export class LineSplitter {
  #rest = "";

  /** @returns the lines that `chunk` completes, without empty ones */
  push(chunk: string): string[] {
    const lines = (this.#rest + chunk).split("\n");
    const rest = lines.pop() ?? "";
    this.#rest = rest.length > lineLengthMax ? "" : rest;
    return lines.filter((line) => line.trim() !== "");
  }

  /** @returns a last line that no line end followed */
  end(): string[] {
    const last = this.#rest;
    this.#rest = "";
    return last.trim() === "" ? [] : [last];
  }
}
