import type { Tree } from '../figures.js';
import { all, fill, put } from './hint.js';
import type { Hint } from './hint.js';
import { fleetHints } from './fleet.js';
import { GATES, LIMITS } from './limits.js';

/** Common hints for services and gateways, for the one of this name in the base. */
export function hostHints(section: 'services' | 'gateways', name: string): readonly Hint[] {
  const place = `${section}.${name}`;
  const hint = (
    option: string,
    beside: readonly (readonly [path: string, fields: Tree])[],
    values?: readonly unknown[],
    base = 'doors.yaml',
  ): Hint => ({
    option: new RegExp(`^${section}\\.\\*\\.${option}`),
    base,
    at: [section, name],
    beside: all(
      ...beside.map(([path, fields]) => {
        const change = path.startsWith('!') ? put : fill;
        const inner = path.replace('!', '');
        return change(inner === '' ? place : `${place}.${inner}`, fields);
      }),
    ),
    ...(values === undefined ? {} : { values }),
  });
  return [
    ...admissionHints(hint),
    ...workHints(hint),
    ...fleetHints(hint),
    coldCaches(section, name),
  ];
}

/**
 * Makes a hint for the host of one name in a base: its option, and additional fields, which replace existing ones if
 * their path starts with `!`.
 */
export type Make = (
  option: string,
  beside: readonly (readonly [path: string, fields: Tree])[],
  values?: readonly unknown[],
  base?: string,
) => Hint;

function admissionHints(hint: Make): readonly Hint[] {
  const LIMIT = 'admission.rateLimit';
  const GATE = 'admission.concurrencyLimit';
  const SHED = 'admission.shed';
  return [
    ...Object.entries(LIMITS).flatMap(([kind, fields]) => [
      hint(`admission\\.rateLimit<${kind}>\\.(?!key|scope)`, [[LIMIT, fields]]),
      hint(`admission\\.rateLimit<${kind}>\\.key`, [[LIMIT, fields]], ['user', 'client']),
      hint(`admission\\.rateLimit<${kind}>\\.scope`, [[LIMIT, fields]], ['caller', 'instance']),
    ]),
    ...Object.entries(GATES).flatMap(([kind, fields]) => [
      hint(`admission\\.concurrencyLimit<${kind}>\\.(?!key)`, [[GATE, fields]]),
      hint(`admission\\.concurrencyLimit<${kind}>\\.key`, [[GATE, fields]], ['user', 'client']),
    ]),
    hint('admission\\.shed<cpu>\\.interval', [[SHED, { above: '5%' }]], ['3ms', '500ms']),
    hint(
      'admission\\.shed<cpu>\\.below',
      [
        [SHED, { above: '5%', interval: '100ms' }],
        ['protocol', { workPerKiB: '0.1ms' }],
      ],
      [1, 6],
    ),
    hint('admission\\.shed<cpu>\\.above', [[SHED, { interval: '300ms' }]], ['5%', '30%']),
    hint(
      'admission\\.shed<priority>\\.below',
      [
        [SHED, { above: '10%' }],
        ['queue', { capacity: 10 }],
        ['', { concurrency: 2 }],
      ],
      [1, 6],
    ),
    hint('admission\\.shed<queueDelay>\\.', [
      [SHED, { target: '2ms', interval: '20ms' }],
      ['', { concurrency: 2 }],
    ]),
    hint(
      'admission\\.shed<queueDelay>\\.below',
      [[SHED, { target: '2ms', interval: '20ms' }]],
      [1, 6],
    ),
    hint('admission\\.shed<dagor>\\.(?!key)', [
      [SHED, { target: '2ms', interval: '50ms', requests: 10 }],
      ['', { concurrency: 2 }],
    ]),
    hint(
      'admission\\.shed<dagor>\\.key',
      [
        [SHED, { target: '2ms', interval: '50ms', requests: 10 }],
        ['', { concurrency: 2 }],
      ],
      ['user', 'request'],
    ),
  ];
}

/** The queue, the cores, memory, the protocol and where replicas are. */
function workHints(hint: Make): readonly Hint[] {
  const BODY = ['protocol', { workPerKiB: 'exponential(0.3ms)' }] as const;
  return [
    hint('zone$', [], ['a', 'b']),
    hint('zone\\[\\]', [], ['a', 'b']),
    hint('runtime\\.gc\\.', [['runtime.gc', { every: '300ms', pause: '20ms' }]]),
    hint('queue\\.', []),
    hint('queue\\.(capacity|maxWait)', [], [1, '3ms', '10ms']),
    hint('queue\\.key', [['queue', { discipline: 'fair' }]], ['user', 'part']),
    hint('cpu\\.', [['cpu', { cores: 1 }], BODY]),
    hint('cancellation', [], ['immediate', 'ignore']),
    hint('rejectWork', [['queue', { capacity: 1 }]], ['8ms']),
    hint('memory\\.limit', [['memory', { base: '10MiB', perRequest: '1MiB' }]], ['12MiB', '1GiB']),
    hint('resources\\.requests\\.cpu', [SCALED, BODY], [0.1, 4]),
    hint('protocol', []),
    hint('protocol\\.kind', [], ['http2']),
    hint('protocol\\.tls', [['protocol', { handshakeWork: '1ms' }]], ['mtls']),
    hint('external', []),
  ];
}

const SCALED = [
  'autoscaling',
  { metric: 'cpu', target: '60%', min: 1, max: 6, syncPeriod: '400ms' },
] as const;

/** Both instances crash and lose their caches. */
function coldCaches(section: string, name: string): Hint {
  return {
    option: new RegExp(`^${section}\\.\\*\\.lifecycle\\.coldCaches$`),
    base: 'doors.yaml',
    at: [section, name],
    values: [true, false],
    beside: all(
      put(`${section}.${name}`, { middleware: [{ cache: { cache: 'pages' } }] }),
      (tree) => {
        tree.faults = [{ id: 'gone', kind: 'crash', target: name, at: '500ms', for: '50ms' }];
      },
    ),
  };
}
