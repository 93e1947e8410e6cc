import type { Tree } from '../figures.js';
import { all, put } from './hint.js';
import type { Hint } from './hint.js';

type At = NonNullable<Hint['at']>;

/** A hint for an option of services in rollouts.yaml, at a place within one of them. */
function hint(
  place: At,
  option: string,
  values: readonly unknown[],
  beside: Hint['beside'] = () => {},
): Hint {
  return {
    option: new RegExp(`^services\\.\\*\\.${option}$`),
    base: 'rollouts.yaml',
    at: ['services', ...place],
    values,
    beside,
  };
}

/** A step of an endpoint as v2 has it, written as a list and with its other fields. */
function step(field: string, endpoint: string, values: readonly unknown[]): readonly Hint[] {
  const place = ['versions', 'v2', 'endpoints', endpoint];
  const option = 'versions\\.\\*\\.endpoints\\.\\*';
  return [
    hint(['offers', ...place], `${option}\\[\\]\\.${field}`, values),
    hint(['deals', ...place], `${option}\\.steps\\[\\]\\.${field}`, values),
  ];
}

const ROLLOUT = 'services.prices.rollout';
const GATE = 'gateways.gate.rollout';
/** An analysis that fails. */
const FAILING = { expect: ['canary.latency.p50 < 1ms'], interval: '500ms', minSamples: 5 };
const STEPS = [{ weight: '25%' }, { pause: '1s' }, { weight: '75%' }, { pause: '2s' }];

/** A hint for an option of the rollout of a gateway; `fields` replace fields of its rollout. */
function gate(option: string, values: readonly unknown[], fields: Tree = {}): Hint {
  const [field, inner] = option.split(String.raw`\.`);
  const analysis = { ...FAILING, ...(fields.analysis as Tree | undefined) };
  if (inner !== undefined) delete (analysis as Tree)[inner.replace(String.raw`\[\]`, '')];
  const rest: Tree = { steps: STEPS, ...fields };
  if (field === 'analysis') delete rest.analysis;
  return {
    option: new RegExp(String.raw`^gateways\.\*\.rollout\.${option}$`),
    base: 'rollouts.yaml',
    at: ['gateways', 'gate'],
    values,
    beside: all(
      put('gateways.gate', { replicas: 4 }),
      put(GATE, rest),
      'analysis' in fields && fields.analysis === undefined
        ? () => {}
        : put(`${GATE}.analysis`, analysis),
    ),
  };
}

/** A rollout of another kind than `canary`. */
const plain = (kind: string | undefined): Tree => ({
  ...(kind === undefined ? {} : { kind }),
  ...{ steps: undefined, analysis: undefined, routing: undefined },
});

/** Hints for rollouts of gateways, and for what one version does. */
const ofGateways: readonly Hint[] = [
  gate(String.raw`analysis\.expect\[\]`, ['canary.success >= 1%', 'canary.latency.p50 < 1ms']),
  gate(String.raw`analysis\.failureLimit`, [0, 3]),
  gate(String.raw`analysis\.inconclusiveLimit`, [0, 100], { analysis: { minSamples: 100_000 } }),
  gate(String.raw`analysis\.interval`, ['200ms', '900ms']),
  gate(String.raw`analysis\.minSamples`, [1, 10_000]),
  gate(String.raw`analysis\.noData`, ['ignore', 'pause'], {
    steps: [{ weight: '1%' }, { pause: '2s' }],
    analysis: { expect: ['canary.success >= 0%'], interval: '100ms', minSamples: 1 },
  }),
  gate(String.raw`analysis\.errorLimit`, [0, 8], {
    steps: [{ weight: '1%' }, { pause: '2s' }],
    analysis: {
      expect: ['canary.success >= 0%'],
      interval: '100ms',
      minSamples: 1,
      noData: 'error',
    },
  }),
  gate(String.raw`analysis\.kind`, ['argo', 'flagger'], {
    steps: [{ weight: '1%' }, { pause: '2s' }],
    analysis: { expect: ['canary.success >= 0%'], interval: '100ms', failureLimit: 2 },
  }),
  gate(String.raw`analysis\.from`, ['25%', '75%']),
  gate('onFailure', ['rollback', 'pause', 'continue']),
  gate('kind', ['rolling', 'recreate', 'blueGreen'], plain(undefined)),
  gate('routing', ['weighted']),
  gate('maxSurge', [0, 4], plain('rolling')),
  gate('maxUnavailable', [0, 4], plain('rolling')),
  gate('autoPromotion', [true, false], plain('blueGreen')),
  gate('preview', [1, 4], { ...plain('blueGreen'), autoPromotion: false }),
  gate('scaleDownDelay', ['100ms', '2s'], plain('blueGreen')),
  gate('to', ['v2', 'v3']),
  {
    option: /^gateways\.\*\.version$/,
    base: 'rollouts.yaml',
    at: ['gateways', 'gate'],
    values: ['v1', 'v3'],
  },
  {
    option: /^(services|gateways)\..*\bwhen\.version$/,
    base: 'versions.yaml',
    values: ['x1', 'x2'],
  },
];

/** Hints for the fields of a version, and for rollouts. */
export const versions: readonly Hint[] = [
  ...ofGateways,
  ...step('fail', 'fails', [500, 404]),
  ...step('probability', 'fails', ['10%', '90%']),
  ...step('respond', 'answers', [{ status: 200 }, { status: 503 }]),
  ...step('wait', 'waits', ['1ms', '30ms']),
  ...step('work', 'works', ['1ms', '30ms']),
  ...step('times', 'works', [1, 5]),
  ...step('optional', 'asks', [true, false]),
  hint(
    ['deals', 'versions', 'v2', 'endpoints', 'waits'],
    'versions\\.\\*\\.endpoints\\.\\*\\.timeLimit',
    ['5ms', 'none'],
  ),
  hint(['offers', 'versions', 'v2'], 'versions\\.\\*\\.lifecycle\\.coldCaches', [true, false]),
  hint(
    ['offers', 'versions', 'v2'],
    'versions\\.\\*\\.lifecycle\\.warmup\\.factor',
    [2, 20],
    put('services.offers.versions.v2.lifecycle.warmup', { duration: '2s' }),
  ),
  hint(['pair', 'replicas', 'b'], 'replicas\\.\\*', [1, 3]),
  hint(['lone'], 'version', ['fast', 'slow']),
  hint(['prices'], 'rollout\\.to', ['v2', 'v3']),
  hint(['prices'], 'rollout\\.maxUnavailable', [0, 4], put(ROLLOUT, plain('rolling'))),
  hint(
    ['prices'],
    'rollout\\.kind',
    ['rolling', 'recreate', 'blueGreen'],
    put(ROLLOUT, { steps: undefined, analysis: undefined }),
  ),
  hint(
    ['prices'],
    'rollout\\.routing',
    ['weighted', 'replicas'],
    put(ROLLOUT, { steps: [{ weight: '50%' }, { pause: '2s' }] }),
  ),
  hint(
    ['prices'],
    'rollout\\.analysis\\.from',
    ['20%', '60%'],
    put(`${ROLLOUT}.analysis`, { expect: ['canary.success >= 99.9%'] }),
  ),
  hint(
    ['prices'],
    'rollout\\.analysis\\.noData',
    ['ignore', 'pause'],
    all(
      put(ROLLOUT, { steps: [{ weight: '1%' }, { pause: '2s' }] }),
      put(`${ROLLOUT}.analysis`, {
        expect: ['canary.success >= 0%'],
        interval: '100ms',
        minSamples: 1,
      }),
    ),
  ),
  hint(
    ['prices'],
    'rollout\\.analysis\\.inconclusiveLimit',
    [0, 100],
    all(
      put(ROLLOUT, { steps: [{ weight: '1%' }, { pause: '2s' }] }),
      put(`${ROLLOUT}.analysis`, {
        expect: ['canary.success >= 0%'],
        interval: '100ms',
        minSamples: 1000,
        noData: 'ignore',
      }),
    ),
  ),
  hint(
    ['prices'],
    'rollout\\.analysis\\.(errorLimit|kind)',
    [0, 8, 'argo', 'flagger'],
    all(
      put(ROLLOUT, { steps: [{ weight: '1%' }, { pause: '2s' }] }),
      put(`${ROLLOUT}.analysis`, {
        expect: ['canary.success >= 0%'],
        interval: '100ms',
        minSamples: 1,
        failureLimit: 2,
        noData: 'error',
      }),
    ),
  ),
  hint(['prices', 'rollout', 'steps', 0], 'rollout\\.steps\\[\\]\\.scale', ['25%', '100%']),
  hint(['prices'], 'rollout\\.analysis\\.expect\\[\\]', [
    'canary.success >= 1%',
    'canary.success >= 99.9%',
  ]),
];
