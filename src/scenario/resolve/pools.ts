import type { Pool, PoolSettings } from '../../spec/scenario/resources.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { PoolOutput } from '../schema/pools.js';
import type { Context, Path } from './context.js';
import { conflictsAt, conflict, writtenAt } from './context.js';
import { mapOf } from './names.js';
import { unknown } from './targets.js';

/** Resolves a client-side pool. */
export function resolvePool(context: Context, output: PoolOutput, path: Path): Pool {
  switch (output.kind) {
    case 'go':
      return {
        kind: 'go',
        maxOpen: output.maxOpen,
        // As in SetMaxOpenConns.
        maxIdle: Math.min(output.maxIdle, output.maxOpen),
        maxLifetimeNs: output.maxLifetime,
        maxIdleTimeNs: output.maxIdleTime,
      };
    case 'pgbouncer':
      if (output.clients !== undefined && output.mode !== 'session') {
        const message = `clients has no effect with mode: ${output.mode}: remove it`;
        conflict(context, [...path, 'clients'], message);
      }
      return {
        kind: 'pgbouncer',
        mode: output.mode,
        clients: simple(output.clients ?? KEEPING),
        defaultPoolSize: output.defaultPoolSize,
        maxClientConn: output.maxClientConn,
        queryWaitTimeoutNs: output.queryWaitTimeout,
      };
    case 'hikari':
      return hikari(context, output, path);
    case 'simple':
    case undefined:
      return simple(output);
  }
}

/** Resolves the pools of individual callers. */
export function resolvePools(
  context: Context,
  outputs: Readonly<Record<string, PoolOutput>> | undefined,
  path: Path,
): ReadonlyMap<string, Pool> {
  return mapOf(outputs, (caller, own) => {
    const at = [...path, 'pools', caller];
    const kind = context.names.things.get(caller)?.kind;
    if (kind !== 'service' && kind !== 'gateway') {
      unknown(context, caller, at, ['service', 'gateway']);
    }
    return resolvePool(context, own, at);
  });
}

type SimpleOutput = Extract<PoolOutput, { readonly waiters: unknown }>;

/** Default clients of PgBouncer: they connect on demand and keep their connections. */
const KEEPING: SimpleOutput = {
  maxOpen: Infinity,
  maxIdle: Infinity,
  maxLifetime: null,
  maxIdleTime: null,
  acquireTimeout: null,
  waiters: 'fifo',
};

function simple(output: SimpleOutput): PoolSettings {
  return {
    kind: 'simple',
    maxOpen: output.maxOpen,
    maxIdle: output.maxIdle,
    maxLifetimeNs: output.maxLifetime,
    maxIdleTimeNs: output.maxIdleTime,
    acquireTimeoutNs: output.acquireTimeout,
    waiters: output.waiters,
  };
}

/** Reports settings that HikariConfig.java would silently disable because of other settings. */
function hikari(
  context: Context,
  output: Extract<PoolOutput, { readonly kind: 'hikari' }>,
  path: Path,
): Pool {
  const { maximumPoolSize, idleTimeout, maxLifetime, leakDetectionThreshold } = output;
  const { minimumIdle = maximumPoolSize } = output;
  const problem = conflictsAt(context, path);
  if (minimumIdle > maximumPoolSize) {
    problem('minimumIdle', 'minimumIdle is above maximumPoolSize: lower it');
  }
  const writesIdle = writtenAt(context, [...path, 'idleTimeout']) !== undefined;
  const idles = minimumIdle < maximumPoolSize;
  if (writesIdle && idleTimeout !== null && !idles) {
    const message =
      'has no effect, because the pool has a fixed size: write minimumIdle below maximumPoolSize';
    problem('idleTimeout', message);
  }
  const outlived =
    idles &&
    idleTimeout !== null &&
    maxLifetime !== null &&
    idleTimeout + NS_PER_SECOND > maxLifetime;
  if (outlived) {
    const message =
      'HikariCP ignores an idleTimeout that is not at least a second shorter than ' +
      'maxLifetime: shorten idleTimeout';
    problem(writesIdle ? 'idleTimeout' : 'maxLifetime', message);
  }
  if (leakDetectionThreshold !== null && leakDetectionThreshold > (maxLifetime ?? Infinity)) {
    const message = 'HikariCP ignores a leakDetectionThreshold longer than maxLifetime: shorten it';
    problem('leakDetectionThreshold', message);
  }
  if ((output.keepaliveTime ?? 0) >= (maxLifetime ?? Infinity)) {
    const message =
      'HikariCP ignores a keepaliveTime that is not shorter than maxLifetime: shorten it';
    problem('keepaliveTime', message);
  }
  return {
    kind: 'hikari',
    maximumPoolSize,
    minimumIdle,
    connectionTimeoutNs: output.connectionTimeout,
    validationTimeoutNs: output.validationTimeout,
    aliveBypassWindowNs: output.aliveBypassWindow,
    leakDetectionThresholdNs: leakDetectionThreshold,
    idleTimeoutNs: idleTimeout,
    maxLifetimeNs: maxLifetime,
    keepaliveTimeNs: output.keepaliveTime,
    initializationFailTimeoutNs: output.initializationFailTimeout,
  };
}
