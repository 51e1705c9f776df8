/** A name for this page and one of its searches: the server ends the search that a newer one replaces. */

const ofThisTab = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) =>
  part.toString(36),
).join("");

/** @param place  which of the page's searches, e.g. "similar" */
export function pageId(place: string): string {
  return `${ofThisTab}-${place}`;
}
