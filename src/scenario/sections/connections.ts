import type { Layer } from '../../contracts/scenario/policies.js';
import {
  backoffSchema,
  CHANNEL_CONNECT_NS,
  PING_MIN_NS,
  type Connections,
  type Protocol,
  type ServerClosing,
  type WrittenConnections,
  type WrittenProtocol,
} from '../../contracts/scenario/connections.js';
import { policyKind } from '../../patterns/registry.js';
import type { BalancingOutput } from '../schema/balancing.js';
import type { Cursor } from '../resolve/context.js';

/** Resolves the connections of a bundle, including settings that its layers imply. `isChannel`: they are those of gRPC. */
export function resolveConnections(
  here: Cursor,
  written: WrittenConnections,
  layers: readonly Layer[],
  isChannel: boolean,
): Connections {
  const connections = completed(withPauses(here, written, isChannel), layers);
  const { max, maxIdle, maxPending, acquireTimeoutNs } = connections;
  const problem = here.conflicts();
  const writes = (field: string): boolean => here.in(field).written() !== undefined;
  if (max === Infinity && maxPending !== Infinity && writes('maxPending')) {
    const message =
      'has no effect with max unlimited, because no call waits: write a number for max';
    problem('maxPending', message);
  } else if (max === Infinity && acquireTimeoutNs !== null) {
    const message =
      'has no effect with max unlimited, because no call waits: write a number for max';
    problem('acquireTimeout', message);
  } else if (maxPending === 0 && acquireTimeoutNs !== null) {
    const message = 'has no effect with maxPending 0, because no call waits: remove acquireTimeout';
    problem('acquireTimeout', message);
  }
  if (connections.waitForReady && connections.backoff === null) {
    const message =
      'has no effect without backoff, because no call is refused during a pause: write backoff: {}, or remove this';
    problem('waitForReady', message);
  }
  if (maxIdle > max && maxIdle !== Infinity) {
    const message =
      'has no effect, because never more than max connections are open: lower maxIdle';
    problem('maxIdle', message);
  }
  if (maxIdle === 0 && connections.idleTimeoutNs !== null) {
    const message =
      'has no effect with maxIdle 0, because no connection is ever idle: remove idleTimeout';
    problem('idleTimeout', message);
  }
  return connections;
}

/** Adds what a channel of gRPC does where nothing is written. */
function withPauses(here: Cursor, written: WrittenConnections, isChannel: boolean): Connections {
  const { backoff } = written;
  if (backoff === 'none') return { ...written, backoff: null };
  if (backoff !== null || !isChannel) return { ...written, backoff };
  const isLimited = here.in('connectTimeout').written() !== undefined;
  const connectTimeoutNs = isLimited ? written.connectTimeoutNs : CHANNEL_CONNECT_NS;
  return { ...written, backoff: backoffSchema.parse({}), connectTimeoutNs };
}

/** Adds settings that the layers imply. */
function completed(connections: Connections, layers: readonly Layer[]): Connections {
  let own: unknown = connections;
  for (const { policy, kind, config } of layers) {
    own = policyKind(policy, kind)!.completes?.(config as never, 'connections', own, []) ?? own;
  }
  return own as Connections;
}

/** Protocols whose servers count the PINGs of a client. */
const PINGED: ReadonlySet<Protocol['kind']> = new Set(['grpc']);

/** Resolves the protocol of a host; null = none. */
export function resolveProtocol(here: Cursor, output: WrittenProtocol | null): Protocol | null {
  if (output === null) return null;
  const { kind, tls, handshakeWork, workPerKiB, minPingIntervalNs, permitWithoutCalls, ...limits } =
    output;
  const counts = PINGED.has(kind);
  if (!counts) {
    const why = (): string => 'only a server of gRPC counts PINGs: write kind: grpc, or remove it';
    here.refuse(['minPingInterval', 'permitWithoutCalls'], why);
  }
  const minNs = minPingIntervalNs ?? PING_MIN_NS;
  const pings = counts ? { minNs, withoutCalls: permitWithoutCalls } : null;
  if (tls === 'none' && here.in('handshakeWork').written() !== undefined) {
    const message =
      'has no effect without tls, because there is no TLS handshake: write tls, or remove it';
    here.in('handshakeWork').conflict(message);
  }
  const closes = resolveClosing(here, kind, limits);
  return { kind, tls, handshakeWork, workPerKiB, closes, pings };
}

/** Resolves when the server closes connections; null = never. */
function resolveClosing(
  here: Cursor,
  kind: Protocol['kind'],
  closes: ServerClosing,
): ServerClosing | null {
  const problem = here.conflicts();
  if (kind === 'grpc') {
    const why = 'does not apply to a gRPC server: write maxConnectionIdle and maxConnectionAge';
    here.refuse(['keepAliveTimeout', 'keepAliveRequests'], () => why);
  } else if (kind !== 'http2') {
    for (const field of ['maxConnectionIdle', 'maxConnectionAge'] as const) {
      if (closes[`${field}Ns`] === null) continue;
      const own = 'keepAliveTimeout and keepAliveRequests';
      const message =
        `needs GOAWAY, which only http2 and grpc have: write ${own}, or change the ` + 'kind';
      problem(field, message);
    }
  }
  if (closes.keepAliveTimeoutNs !== null && closes.maxConnectionIdleNs !== null) {
    const message = 'keepAliveTimeout limits the same idle time: remove one of them';
    problem('maxConnectionIdle', message);
  }
  if (closes.maxConnectionAgeGraceNs !== null && closes.maxConnectionAgeNs === null) {
    const message = 'has no effect without maxConnectionAge: write it, or remove this';
    problem('maxConnectionAgeGrace', message);
  }
  const never = closes.keepAliveTimeoutNs === null && closes.keepAliveRequests === Infinity;
  return never && closes.maxConnectionIdleNs === null && closes.maxConnectionAgeNs === null
    ? null
    : closes;
}

/** Reports `level: connection` for a kind that needs individual attempts, or without connections. */
export function checkLevel(
  here: Cursor,
  output: BalancingOutput,
  hasConnections: boolean | null,
): void {
  if (output.level !== 'connection') return;
  if (output.kind === 'peakEwma') {
    const message =
      'peakEwma needs the latency of attempts, which an L4 balancer does not see: use ' +
      'leastConnections';
    here.in('level').conflict(message);
  }
  if (hasConnections === false) {
    const message =
      'the instance is picked when a connection is opened, and this bundle has no ' +
      'connections: write connections';
    here.in('level').conflict(message);
  }
}
