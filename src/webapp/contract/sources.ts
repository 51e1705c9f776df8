/** What arrives, by protocol. */

export interface RefusalJson {
  reason: string;
  count: number;
  last: number;
  example: string;
}

/** Every way in that there is. */
export type SourceProtocolJson =
  | "carbon"
  | "carbon-pickle"
  | "pickle"
  | "msgpack"
  | "statsd"
  | "opentsdb"
  | "collectd"
  | "ganglia"
  | "ganglia-xml"
  | "scrape"
  | "prometheus"
  | "influx"
  | "otlp"
  | "opentsdb-http"
  | "collectd-http"
  | "host";

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
