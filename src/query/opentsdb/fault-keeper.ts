/**
 * The first thing wrong with a query. Readers give a value that does no harm where they find a fault,
 * and go on; whoever asked looks here at the end.
 */

export interface QueryFault {
  /** Whole sentence for a person, in which text from outside is quoted and cut. */
  readonly message: string;
}

export class FaultKeeper {
  #first: QueryFault | undefined;

  get first(): QueryFault | undefined {
    return this.#first;
  }

  keep(message: string): void {
    this.#first ??= { message };
  }
}

/** Text from outside as it may stand in a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
