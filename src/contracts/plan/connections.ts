import type { Connections, PingPermit, ServerClosing } from '../scenario/connections.js';

/** Connections of an edge, with the settings of the callee's protocol. */
export interface PlanConnections extends Connections {
  /** http2 and grpc: several attempts at the same time, whose messages keep their order. */
  readonly multiplexed: boolean;
  /** Round trips of the TLS handshake, after the one of TCP. */
  readonly tlsTrips: 0 | 1 | 2;
  /** mtls: the caller presents a certificate too. */
  readonly mutual: boolean;
  /** The instance is picked when a connection is opened: all instances of the callee share the pool. */
  readonly shared: boolean;
  /** When the callee closes a connection; null = never. */
  readonly server: ServerClosing | null;
  /** PINGs of a client that the callee takes; null = any number. */
  readonly pings: PingPermit | null;
}
