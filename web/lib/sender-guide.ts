/** What is told of one way in. */
import type { Snippet, Target } from "./send-snippets.ts";

/** Where this Kale is reached. */
export interface Place extends Target {
  /** Of its page, e.g. "http://kale.example:1500"; host and port are the same of the page then. */
  readonly origin: string;
}

export interface SenderGuide {
  readonly title: string;
  /** By which of its addresses senders are told to reach it; "http" is the page's own port. */
  readonly reach: "tcp" | "udp" | "http";
  /** It needs no setting: the page's port takes it. */
  readonly isAlwaysOpen?: true;
  /** Its setting is "ports.KEY". */
  readonly port?: { readonly key: string; readonly usual: number };
  /** At least one. */
  readonly snippets: (place: Place) => readonly Snippet[];
}
