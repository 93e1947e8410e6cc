import type { Connections, Protocol, ServerClosing } from '../../spec/resources.js';
import { policyKind } from '../../patterns/registry.js';
import type { Layer } from '../../spec/scenario.js';
import type { BalancingOutput } from '../schema/bundle.js';
import type { ConnectionsOutput, ProtocolOutput } from '../schema/connections.js';
import type { Context, Path } from './context.js';
import { report, writtenAt } from './context.js';

/** The connections of a bundle, with what its layers say about them. */
export function resolveConnections(
  context: Context,
  written: ConnectionsOutput,
  layers: readonly Layer[],
  path: Path,
): Connections {
  const output = completed(written, layers);
  const { max, maxIdle, maxPending, acquireTimeout } = output;
  const problem = (field: string, message: string): void =>
    report(context, 'FL208', [...path, field], message);
  const writes = (field: string): boolean => writtenAt(context, [...path, field]) !== undefined;
  if (max === Infinity && maxPending !== Infinity && writes('maxPending')) {
    problem(
      'maxPending',
      'nothing ever waits in line, because max is unlimited: give max a number',
    );
  } else if (max === Infinity && acquireTimeout !== null) {
    problem(
      'acquireTimeout',
      'nothing ever waits in line, because max is unlimited: give max a number',
    );
  } else if (maxPending === 0 && acquireTimeout !== null) {
    problem(
      'acquireTimeout',
      'nothing ever waits in line, because maxPending is 0: drop acquireTimeout',
    );
  }
  if (maxIdle > max && maxIdle !== Infinity) {
    problem(
      'maxIdle',
      'more than max are never open, so none is ever closed for it: lower maxIdle',
    );
  }
  if (maxIdle === 0 && output.idleTimeout !== null) {
    problem('idleTimeout', 'no connection is ever idle, because maxIdle is 0: drop idleTimeout');
  }
  return {
    max,
    maxIdle,
    idleTimeoutNs: output.idleTimeout,
    maxPending,
    acquireTimeoutNs: acquireTimeout,
    connectTimeoutNs: output.connectTimeout,
    maxStreams: output.maxStreams,
    maxRequests: output.maxRequests,
    lifetimeNs: output.lifetime,
  };
}

/** Connections with what the layers say about them. */
function completed(connections: ConnectionsOutput, layers: readonly Layer[]): ConnectionsOutput {
  let own: unknown = connections;
  for (const { policy, kind, config } of layers) {
    own = policyKind(policy, kind)!.completes?.(config as never, 'connections', own, []) ?? own;
  }
  return own as ConnectionsOutput;
}

/** The protocol of a host, or null. */
export function resolveProtocol(
  context: Context,
  output: ProtocolOutput | undefined,
  path: Path,
): Protocol | null {
  if (output === undefined) return null;
  const { kind, tls, handshakeWork, workPerKiB } = output;
  if (tls === 'none' && writtenAt(context, [...path, 'handshakeWork']) !== undefined) {
    const message = 'without tls there is no handshake to work for: name tls, or drop it';
    report(context, 'FL208', [...path, 'handshakeWork'], message);
  }
  return { kind, tls, handshakeWork, workPerKiB, closes: resolveClosing(context, output, path) };
}

/** When the server closes connections, or null. */
function resolveClosing(
  context: Context,
  output: ProtocolOutput,
  path: Path,
): ServerClosing | null {
  const { kind, keepAliveTimeout, keepAliveRequests } = output;
  const { maxConnectionIdle, maxConnectionAge, maxConnectionAgeGrace } = output;
  const problem = (field: string, message: string): void =>
    report(context, 'FL208', [...path, field], message);
  if (kind === 'grpc') {
    for (const field of ['keepAliveTimeout', 'keepAliveRequests'] as const) {
      if (writtenAt(context, [...path, field]) === undefined) continue;
      const own = 'maxConnectionIdle and maxConnectionAge';
      problem(field, `a gRPC server closes connections by limits of its own: write ${own}`);
    }
  } else if (kind !== 'http2') {
    for (const field of ['maxConnectionIdle', 'maxConnectionAge'] as const) {
      if (output[field] === null) continue;
      const own = 'keepAliveTimeout and keepAliveRequests';
      problem(field, `only http2 and grpc have a GOAWAY: write ${own}, or change the kind`);
    }
  }
  if (keepAliveTimeout !== null && maxConnectionIdle !== null) {
    const message = 'keepAliveTimeout is a limit on the same idle time: keep one of them';
    problem('maxConnectionIdle', message);
  }
  if (maxConnectionAgeGrace !== null && maxConnectionAge === null) {
    const message = 'no connection grows too old without maxConnectionAge: write it, or drop this';
    problem('maxConnectionAgeGrace', message);
  }
  const never = keepAliveTimeout === null && keepAliveRequests === Infinity;
  if (never && maxConnectionIdle === null && maxConnectionAge === null) return null;
  return {
    keepAliveTimeoutNs: keepAliveTimeout,
    keepAliveRequests,
    maxConnectionIdleNs: maxConnectionIdle,
    maxConnectionAgeNs: maxConnectionAge,
    maxConnectionAgeGraceNs: maxConnectionAgeGrace,
  };
}

/** A balancer that picks an instance for each connection sees no single attempts. */
export function checkLevel(
  context: Context,
  output: BalancingOutput,
  hasConnections: boolean | null,
  path: Path,
): void {
  if (output.level !== 'connection') return;
  if (output.kind === 'peakEwma') {
    const message =
      'peakEwma looks at the time that attempts take, and an L4 balancer sees none: use leastConnections';
    report(context, 'FL208', [...path, 'level'], message);
  }
  if (hasConnections === false) {
    const message =
      'an instance is picked when a connection is opened, and there are none: write connections in this bundle';
    report(context, 'FL208', [...path, 'level'], message);
  }
}
