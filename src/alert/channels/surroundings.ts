/** What sending a notice needs beside the notice and its channel. */
import type { Secret } from "../alert-config.ts";
import type { Notice } from "../notice.ts";

/** What a channel may use beside the notice. */
export interface SendSurroundings {
  /** Where people reach the page; "" where nobody said. */
  readonly pageUrl: string;
  /** PNG of the first metric around the anomaly; undefined where there is none to be had. */
  readonly picture: (notice: Notice) => Promise<Uint8Array | undefined>;
  readonly readSecret: (secret: Secret) => Promise<string>;
}
