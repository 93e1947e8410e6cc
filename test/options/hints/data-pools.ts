import type { Tree } from '../figures.js';
import { all } from './hint.js';
import type { Hint } from './hint.js';

/** Other fields of a pool of each kind with which callers wait for its connections. */
const FULL: Readonly<Record<string, Tree>> = {
  simple: { maxOpen: 2 },
  go: { maxOpen: 3 },
  hikari: { maximumPoolSize: 3 },
  pgbouncer: { defaultPoolSize: 2 },
};

/** Values of options that have bounds of their own, or little effect near their defaults. */
const VALUES: readonly (readonly [kind: string, field: string, values: readonly unknown[]])[] = [
  ['simple', 'maxOpen', [1, 4]],
  ['simple', 'maxIdle', [0, 1]],
  ['simple', 'maxLifetime', ['3s', '20s']],
  ['simple', 'maxIdleTime', ['200ms', '4s']],
  ['simple', 'acquireTimeout', ['20ms', '300ms']],
  ['simple', 'waiters', ['random']],
  ['simple', 'seesClosed', [false]],
  ['go', 'maxOpen', [1, 4]],
  ['go', 'maxIdle', [0, 3]],
  ['go', 'maxLifetime', ['3s', '20s']],
  ['go', 'maxIdleTime', ['200ms', '4s']],
  ['hikari', 'maximumPoolSize', [1, 5]],
  ['hikari', 'minimumIdle', [0, 1]],
  ['hikari', 'connectionTimeout', ['250ms', '2s']],
  ['hikari', 'validationTimeout', ['250ms', '1s']],
  ['hikari', 'aliveBypassWindow', ['0ms', '20s']],
  ['hikari', 'leakDetectionThreshold', ['2s', '4s']],
  ['hikari', 'idleTimeout', ['10s', '20s']],
  ['hikari', 'maxLifetime', ['30s', '50s']],
  ['hikari', 'keepaliveTime', ['30s']],
  ['hikari', 'initializationFailTimeout', ['0ms', '5s']],
  ['pgbouncer', 'mode', ['session', 'transaction']],
  ['pgbouncer', 'defaultPoolSize', [1, 4]],
  ['pgbouncer', 'maxClientConn', [2, 5]],
  ['pgbouncer', 'queryWaitTimeout', ['30ms', '300ms']],
  ['pgbouncer', 'reservePoolSize', [1, 3]],
  ['pgbouncer', 'user', ['app', 'other']],
];

/** Fills up each pool of the base. */
function full(tree: Tree): void {
  for (const pool of poolsIn(tree)) {
    const kind = String(pool.kind ?? 'simple');
    fillIn(pool, FULL[kind]!);
  }
}

/** Pools that shrink. */
function shrinking(tree: Tree): void {
  full(tree);
  for (const pool of poolsIn(tree)) fillIn(pool, { minimumIdle: 1 });
}

/** Connections die shortly before they are tested, and no call uses them in between. */
function deadAtTests(tree: Tree): void {
  full(tree);
  const restart = (tree.faults as Tree[]).find(({ id }) => id === 'restart')!;
  tree.faults = [{ ...restart, at: '20s' }];
  for (const workload of Object.values(tree.workloads as Record<string, Tree>)) {
    workload.arrivals = { at: ['1s', '35s', '60s', '65s'] };
  }
}

/** Bursts before and after the pool's check every 30 s, without queries in between. */
function idling(tree: Tree): void {
  shrinking(tree);
  tree.faults = [];
  const times = ['1s', '15s', '35s', '65s'].flatMap((at) => [at, at, at]);
  for (const workload of Object.values(tree.workloads as Record<string, Tree>)) {
    workload.arrivals = { at: times };
  }
}

const BESIDE: Readonly<Record<string, (tree: Tree) => void>> = {
  idleTimeout: idling,
  keepaliveTime: deadAtTests,
  seesClosed: deadAtTests,
};

/** Each pool is a PgBouncer that gives connections to clients. */
function sessions(tree: Tree): void {
  for (const pool of poolsIn(tree)) {
    fillIn(pool, { mode: 'session', defaultPoolSize: 3, queryWaitTimeout: '2s', clients: {} });
    fillIn(pool.clients as Tree, { maxOpen: 2 });
  }
}

function fillIn(at: Tree, fields: Tree): void {
  for (const [key, value] of Object.entries(fields)) at[key] ??= value;
}

function poolsIn(tree: Tree): readonly Tree[] {
  const { db } = tree.databases as { db: Tree };
  const { events } = tree.eventStores as { events: Tree };
  const { items } = tree.caches as { items: { levels: Tree[] } };
  return [db, events, items.levels[0]!].flatMap(({ pool, pools }) =>
    [pool, ...Object.values((pools ?? {}) as Tree)].filter((one): one is Tree => one !== undefined),
  );
}

const BASE = 'data-pools.yaml';

/** Hints for pools of connections, wherever they are. */
export const pools: readonly Hint[] = [
  ...VALUES.map(([kind, field, values]): Hint => {
    const option = new RegExp(`\\.pools?(\\.\\*)?<${kind}>\\.${field}$`);
    return { option, base: BASE, values, beside: BESIDE[field] ?? full };
  }),
  {
    option: /\.pools?(\.\*)?<pgbouncer>\.connectWork$/,
    base: BASE,
    values: ['5ms', '50ms'],
    beside: sessions,
  },
  ...VALUES.filter(([kind]) => kind === 'simple').map(([, field, values]): Hint => {
    const option = new RegExp(`\\.pools?(\\.\\*)?<pgbouncer>\\.clients\\.${field}$`);
    const more = BESIDE[field];
    const beside = more === undefined ? sessions : all(sessions, more);
    return { option, base: BASE, values, beside };
  }),
];
