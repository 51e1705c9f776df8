/** What arrives, by protocol. */
import type { SourceProtocol } from "../../model/index.ts";

export interface RefusalJson {
  reason: string;
  count: number;
  last: number;
  example: string;
}

export type SourceProtocolJson = SourceProtocol;

export interface SourceJson {
  protocol: SourceProtocolJson;
  addresses: string[];
  problem: string | null;
  clients: number;
  accepted: number;
  ratePerSecond: number;
  lastSample: number | null;
  dropped: number;
  pausedClients: number;
  refusals: RefusalJson[];
}

/** GET /kale/sources */
export interface SourcesJson {
  sources: SourceJson[];
}
