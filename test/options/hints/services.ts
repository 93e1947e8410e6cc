import { fill, put } from './hint.js';
import type { Hint } from './hint.js';
import { hostHints } from './hosts.js';
import { versions } from './versions.js';

type At = NonNullable<Hint['at']>;

/** A hint for an option of services in desks.yaml, at one of them. */
function at(
  [service, ...rest]: readonly [string, ...At],
  option: string,
  values: readonly unknown[],
  beside: Hint['beside'] = () => {},
): Hint {
  return {
    option: new RegExp(`^services\\.\\*\\.${option}$`),
    base: 'desks.yaml',
    at: ['services', service, ...rest],
    values,
    beside,
  };
}

const endpoint = (service: string, name: string): readonly [string, ...At] => [
  service,
  'endpoints',
  name,
];

/** DAGOR with short windows, in which the waves are an overload and the time between them is none. */
const DAGOR = { target: '10ms', interval: '100ms', key: 'user', alpha: '20%', beta: '5%' };

function dagor(field: string, values: readonly unknown[]): Hint {
  const shed = fill('services.desk.admission.shed', { ...DAGOR, requests: 1000 });
  return at(['desk'], `admission\\.shed<dagor>\\.${field}`, values, shed);
}

/** The desk serves its queue in another way. */
function served(discipline: string): Hint['beside'] {
  return put('services.desk.queue', { discipline });
}

/** Hints for options of services. */
/** The outbox of the base with a connector, in place of its polls. */
const CDC = { mode: 'cdc', pollInterval: undefined, batchSize: undefined };

export const services: readonly Hint[] = [
  ...versions,
  dagor('beta', ['1%', '60%']),
  dagor('requests', [4, 1000]),
  dagor('userLevels', [1, 100]),
  at(['desk'], 'queue\\.capacity', [1, 60]),
  at(['desk'], 'queue\\.target', ['2ms', '80ms'], served('codel')),
  at(['desk'], 'queue\\.interval', ['5ms', '2s'], served('codel')),
  at(['desk'], 'queue\\.key', ['user', 'part'], served('fair')),
  at(endpoint('desk', 'urgent'), 'endpoints\\.\\*\\.priority', [5, -5], served('priority')),
  at(endpoint('desk', 'asks'), 'endpoints\\.\\*\\.steps\\[\\]\\.optional', [true, false]),
  at(endpoint('bank', 'pay'), 'endpoints\\.\\*\\.idempotent', [true, false]),
  at(endpoint('bank', 'look'), 'endpoints\\.\\*\\.readOnly', [true, false]),
  at(endpoint('bank', 'charge'), 'endpoints\\.\\*\\.idempotent\\.storeErrors', [true, false]),
  at(endpoint('bank', 'charge'), 'endpoints\\.\\*\\.idempotent\\.window', ['50ms', '10s']),
  at(endpoint('pages', 'show'), 'endpoints\\.\\*\\.method', ['GET', 'POST']),
  at(endpoint('shop', 'move'), 'endpoints\\.\\*\\[\\]\\.append\\.expectedVersion', [
    'exact',
    'any',
  ]),
  at(['shop'], 'outbox\\.batchSize', [2, 200]),
  at(['shop'], 'outbox\\.mode', ['cdc', 'polling'], (tree) => {
    put('services.shop.outbox', { pollInterval: undefined, batchSize: undefined })(tree);
  }),
  at(['shop'], 'outbox\\.connector', ['bank', 'desk'], (tree) => {
    put('services.shop.outbox', { ...CDC, offsetFlush: '1s' })(tree);
    tree.faults = [{ id: 'gone', kind: 'crash', target: 'bank', at: '1s', for: '1s' }];
  }),
  at(['shop'], 'outbox\\.offsetFlush', ['100ms', '5s'], (tree) => {
    put('services.shop.outbox', { ...CDC, connector: 'bank' })(tree);
    tree.faults = [{ id: 'gone', kind: 'crash', target: 'bank', at: '1500ms', for: '500ms' }];
  }),
  ...['minPingInterval', 'permitWithoutCalls'].map((field): Hint => ({
    option: new RegExp(`^services\\.\\*\\.protocol\\.${field}$`),
    base: 'test/field/calls/keepalive-without-calls.yaml',
    values: field === 'minPingInterval' ? ['5s', '5m'] : [true, false],
    // Without a call in between the PINGs add up.
    beside: put('workloads.users', { arrivals: { at: ['0s', '190s'] } }),
    at: ['services', 'bank'],
  })),
  ...['logPerRow', 'logRoom', 'maxSlotWalKeepSize'].map((field) =>
    at(['shop'], `outbox\\.${field}`, [field === 'logPerRow' ? '1KiB' : '3KiB'], (tree) => {
      put('services.shop.outbox', {
        ...{ ...CDC, connector: 'bank' },
        ...(field === 'logPerRow' ? { logRoom: undefined } : { logPerRow: '1KiB' }),
      })(tree);
      put('databases.db', { kind: 'postgres' })(tree);
      tree.faults = [{ id: 'gone', kind: 'crash', target: 'bank', at: '1s', for: '3s' }];
    }),
  ),
  at(
    ['mailer'],
    'autoscaling<(hpa|keda)>\\.of',
    ['placed.mail', 'jobs'],
    put('services.mailer.autoscaling', {
      ...{ metric: 'lag', target: 5, min: 1, max: 5, syncPeriod: '500ms' },
    }),
  ),
  ...[
    ['pollingInterval', ['500ms', '5s']],
    ['cooldownPeriod', ['0s', '10s']],
    ['activationLagThreshold', [0, 1000]],
    ['allowIdleConsumers', [true, false]],
    ['min', [0, 3]],
    ['max', [1, 6]],
    ['syncPeriod', ['300ms', '4s']],
  ].map(([field, values]) =>
    at(['mailer'], `autoscaling<keda>\\.${String(field)}$`, values as unknown[], (tree) => {
      const beside = {
        ...{ kind: 'keda', metric: 'lag', of: 'placed.mail', target: 1, min: 0, max: 6 },
        ...{ syncPeriod: '500ms', pollingInterval: '1s', cooldownPeriod: '1s' },
      };
      put('services.mailer', { replicas: 0 })(tree);
      put('services.mailer.autoscaling', beside)(tree);
    }),
  ),
  at(['mailer'], 'labels\\.\\*', ['hot', 'cold'], (tree) => {
    const slow = { id: 'hot', kind: 'slow', factor: 3, optional: true, at: '1s', for: '1s' };
    tree.faults = [{ ...slow, target: ['mailer', 'bank'], labels: { x1: 'hot' } }];
  }),
  ...hostHints('services', 'api'),
];
