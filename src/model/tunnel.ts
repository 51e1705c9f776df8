/** HTTP clients that came to a port of the horizon, and whose connections it hands to the webapp. */

export interface TunnelledClient {
  /** Where the client is; "" where it was gone at once. */
  readonly address: string;
  /** The end on this machine of the connection to the webapp, which sees the client there. */
  readonly viaAddress: string;
  readonly viaPort: number;
}

/** Who wants to know whose connections these are. */
export interface TunnelWatch {
  /** Nothing of the client's is handed on before this resolves. */
  opened(client: TunnelledClient): Promise<unknown>;
  closed(client: TunnelledClient): void;
}
