import { put } from './hint.js';
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

/** Hints for the fields of a version, and for rollouts. */
export const versions: readonly Hint[] = [
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
  hint(['prices', 'rollout', 'steps', 0], 'rollout\\.steps\\[\\]\\.scale', ['25%', '100%']),
  hint(['prices'], 'rollout\\.analysis\\.expect\\[\\]', [
    'canary.success >= 1%',
    'canary.success >= 99.9%',
  ]),
];
