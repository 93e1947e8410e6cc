import type { Tree } from '../figures.js';
import { all, fill } from './hint.js';
import type { Hint } from './hint.js';
import { GATES, LIMITS } from './limits.js';

/** Hints for what services and gateways have in common, for the one of this name in the base. */
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
      ...beside.map(([path, fields]) => fill(path === '' ? place : `${place}.${path}`, fields)),
    ),
    ...(values === undefined ? {} : { values }),
  });
  return [...admissionHints(hint)];
}

type Make = (
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
