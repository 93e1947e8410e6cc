import type { Tree } from '../figures.js';
import { all, fill, put } from './hint.js';
import type { Hint } from './hint.js';

const BASE = { base: 'nodes.yaml' } as const;
const HOSTS = [
  ['gateways', 'edge'],
  ['services', 'api'],
] as const;

/** An option of nodes with values to try. */
const node = (field: string, values: readonly unknown[]): Hint => ({
  option: new RegExp(`^platform\\.nodes\\.${field}$`),
  ...BASE,
  values,
});

/** Hints for the nodes of the platform, for what runs on them, and for the kinds of autoscalers. */
export const nodes: readonly Hint[] = [
  node('count', [2, 5]),
  node('cpu', [2, 6]),
  node('memory', ['2GiB', '8GiB']),
  node('zone', ['a']),
  node('zone\\[\\]', ['b']),
  {
    option: /^platform\.nodes\.zone\.\*$/,
    base: 'nodes-zones.yaml',
    values: [1, 3],
    beside: ({ platform }) => {
      const { zone } = (platform as { nodes: { zone: Record<string, number> } }).nodes;
      zone.b = 4 - (zone.a ?? 0);
    },
  },
  node('max', [4, 5]),
  node('provisioning', ['500ms', '10s']),
  node('grace', ['200ms', '4s']),
  node('eviction', ['500ms', '8s']),
  ...HOSTS.flatMap(([section, name]) => onHost(section, name)),
];

function onHost(section: string, name: string): readonly Hint[] {
  const own = `${section}.${name}`;
  const at = [section, name];
  const hint = (
    field: string,
    values: readonly unknown[],
    beside?: Hint['beside'],
    base: string = BASE.base,
  ): Hint => ({
    option: new RegExp(`^${section}\\.\\*\\.${field}$`),
    ...{ base, at, values },
    ...(beside === undefined ? {} : { beside }),
  });
  const BELOW = { below: '8/s', remove: 1 };
  /** Fields of the autoscaler beside the tried one. */
  const beside: Tree = {
    ...{ kind: 'step', metric: 'concurrency', max: 12, min: 1, period: '1s' },
    ...{ scaleOutCooldown: '2s', scaleInCooldown: '2s' },
    steps: [
      { above: 0.5, add: 1 },
      { below: 0.3, remove: 1 },
    ],
  };
  const stepped = (field: string, values: readonly unknown[], more: Tree = {}): Hint => {
    const { [field]: _, ...others }: Tree = { ...beside, ...more };
    return hint(`autoscaling<step>\\.${field}`, values, put(`${own}.autoscaling`, others));
  };
  /** A field of a step of an autoscaler by rate; `step` has the other fields. */
  const ofStep = (field: string, values: readonly unknown[], step: Tree): Hint => {
    const { steps: _, ...others } = beside;
    const change = all(
      put(`${own}.autoscaling`, { ...others, metric: 'rate' }),
      put(`${own}.autoscaling.steps.0`, step),
    );
    return hint(`autoscaling<step>\\.steps\\[\\]\\.${field}`, values, change);
  };
  const scheduled = fill(`${own}.autoscaling`, {
    ...{ kind: 'scheduled', every: '8s' },
    actions: [
      { at: '2s', replicas: 6 },
      { at: '4s', replicas: 2 },
    ],
  });
  const timed = (field: string, values: readonly unknown[], other: string): Hint =>
    hint(
      `autoscaling<scheduled>\\.${field}`,
      values,
      all(scheduled, put(`${own}.autoscaling.actions.0`, { replicas: undefined, [other]: 5 })),
    );
  return [
    hint('disruptionBudget\\.minAvailable', [1, 4]),
    hint('(versions\\.\\*\\.)?lifecycle\\.onNodeLoss', ['replace', 'wait']),
    hint('disruptionBudget\\.maxUnavailable', [0, 3]),
    hint('resources\\.requests\\.memory', ['0B', '3GiB']),
    stepped('metric', ['rate', 'queue']),
    stepped('of', ['other']),
    stepped('max', [5, 6]),
    stepped('min', [2, 4]),
    stepped('period', ['500ms', '3s']),
    stepped('evaluationPeriods', [2, 4]),
    stepped('metricDelay', ['1s', '3s']),
    stepped('scaleOutCooldown', ['0s', '10s']),
    stepped('scaleInCooldown', ['0s', '10s'], { metric: 'rate', steps: [BELOW] }),
    ofStep('above', ['3/s', '9/s'], { add: 1 }),
    ofStep('below', ['2/s', '9/s'], { remove: 1, add: undefined, above: undefined }),
    ofStep('add', [3, '25%'], { above: '3/s' }),
    ofStep('remove', [1, '75%'], { below: '8/s', add: undefined, above: undefined }),
    ofStep('exactly', [6, 8], { above: '3/s', add: undefined }),
    hint('autoscaling<scheduled>\\.every', ['5s', '12s'], scheduled),
    hint('autoscaling<scheduled>\\.actions\\[\\]\\.at', ['1s', '6s'], scheduled),
    hint('autoscaling<scheduled>\\.actions\\[\\]\\.replicas', [5, 8], scheduled),
    timed('actions\\[\\]\\.min', [5, 8], 'max'),
    timed('actions\\[\\]\\.max', [1, 2], 'min'),
    hint('probes\\.\\w+\\.checks(\\[\\])?', [['other'], ['db'], 'db', 'other'], (tree) => {
      for (const kind of ['startup', 'liveness', 'readiness']) {
        fill(`${own}.probes.${kind}`, { period: '500ms', timeout: '100ms' })(tree);
      }
    }),
  ];
}
