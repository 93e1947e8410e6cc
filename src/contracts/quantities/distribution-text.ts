import { COUNT_MAX, type CountDistribution } from '../../kernel/counts.js';
import type { Distribution } from '../../kernel/distribution.js';
import {
  lognormalOfMean,
  lognormalOfMeanAndQuantile,
  lognormalOfMedian,
  lognormalOfQuantiles,
  lognormalReach,
} from '../../kernel/distribution.js';
import { parseCallText } from './call-text.js';
import { entriesOf, formOf, KindFields, longForm, type KindForm } from './kind-fields.js';
import { parseDuration, parseWhole, QuantityError, show } from './quantity-text.js';

interface Law<T> extends KindForm {
  build(fields: KindFields): T;
}

const POSITIVE = { allowZero: false } as const;
/** Largest coefficient of variation. A larger one is a typo, and its quantiles exceed the range of the clock. */
const CV_MAX = 100;
const EMPIRICAL_MAX = 10_000;
const LEVELS = ['p50', 'mean'] as const;
const SPREADS = ['p90', 'p95', 'p99', 'cv'] as const;
const TWO_FIGURES =
  'write one of p50 and mean, and one of p90, p95, p99 and cv: lognormal(p50=8ms p99=60ms)';

/** Distributions of durations: positional fields, an example, and how to build each from its fields. */
const LAWS: ReadonlyMap<string, Law<Distribution>> = new Map<string, Law<Distribution>>([
  [
    'constant',
    law(['value'], 'constant(15ms)', (f) => ({ kind: 'constant', valueNs: f.duration('value') })),
  ],
  [
    'exponential',
    law(['mean'], 'exponential(15ms)', (f) => ({
      kind: 'exponential',
      meanNs: f.duration('mean', POSITIVE),
    })),
  ],
  ['uniform', law(['min', 'max'], 'uniform(5ms 25ms)', buildUniform)],
  [
    'normal',
    law(['mean', 'sd'], 'normal(15ms 3ms)', (f) => ({
      kind: 'normal',
      meanNs: f.duration('mean'),
      sdNs: f.duration('sd'),
    })),
  ],
  [
    'lognormal',
    law(
      ['p50!', 'mean!', 'p90!', 'p95!', 'p99!', 'cv!'],
      'lognormal(p50=8ms p99=60ms)',
      buildLognormal,
    ),
  ],
  [
    'gamma',
    law(['mean!', 'cv!'], 'gamma(mean=10ms cv=1.5)', (f) => ({
      kind: 'gamma',
      meanNs: f.duration('mean', POSITIVE),
      cv: f.number('cv', 0.001, CV_MAX),
    })),
  ],
  [
    'erlang',
    law(['k!', 'mean!'], 'erlang(k=3 mean=10ms)', (f) => ({
      kind: 'erlang',
      k: f.whole('k', 1, 1000),
      meanNs: f.duration('mean', POSITIVE),
    })),
  ],
  [
    'hyperexponential',
    {
      fields: [],
      weighted: 'mean',
      example: 'hyperexponential(90%=5ms 10%=80ms)',
      build: buildHyperexponential,
    },
  ],
  [
    'weibull',
    law(['shape!', 'scale!'], 'weibull(shape=1.5 scale=10ms)', (f) => ({
      kind: 'weibull',
      shape: f.number('shape', 0.1, 100),
      scaleNs: f.duration('scale', POSITIVE),
    })),
  ],
  ['pareto', law(['shape!', 'min!', 'max!'], 'pareto(shape=1.5 min=2ms max=10s)', buildPareto)],
  [
    'empirical',
    { fields: [], list: 'values', example: 'empirical(3ms 5ms 9ms)', build: buildEmpirical },
  ],
  [
    'mixture',
    {
      fields: [],
      weighted: 'of',
      example: 'mixture(95%=exponential(5ms) 5%=constant(1s))',
      build: buildMixture,
    },
  ],
]);

const COUNT_LAWS: ReadonlyMap<string, Law<CountDistribution>> = new Map<
  string,
  Law<CountDistribution>
>([
  ['uniform', law(['min', 'max'], 'uniform(1 5)', buildUniformCount)],
  [
    'geometric',
    law(['mean!'], 'geometric(mean=3)', (f) => ({
      kind: 'geometric',
      mean: f.number('mean', 1, COUNT_MAX),
    })),
  ],
  ['choice', { fields: [], weighted: 'value', example: 'choice(80%=1 20%=4)', build: buildChoice }],
  [
    'normal',
    law(['mean', 'sd'], 'normal(10 3)', (f) => ({
      kind: 'normal',
      mean: f.number('mean', 0, COUNT_MAX),
      sd: f.number('sd', 0, COUNT_MAX),
    })),
  ],
]);

/** Names of the duration distributions, in the order of the reference. */
export const DISTRIBUTION_KINDS: readonly string[] = [...LAWS.keys()];
/** How each duration distribution is written. */
export const DISTRIBUTION_EXAMPLES: ReadonlyMap<string, string> = new Map(
  [...LAWS].map(([kind, { example: text }]) => [kind, text]),
);
/** Names of the count distributions. */
export const COUNT_KINDS: readonly string[] = [...COUNT_LAWS.keys()];

/** Every field that a duration distribution has in its long form. */
export const DISTRIBUTION_FIELDS: readonly string[] = [
  ...new Set(
    [...LAWS.values()].flatMap((form) => form.fields.map((field) => field.replace('!', ''))),
  ),
  'values',
  'branches',
];

/** Parses a duration distribution: `15ms`, `exponential(15ms)` or `{ kind: exponential, mean: 15ms }`. */
export function parseDistribution(input: unknown): Distribution {
  if (input === undefined) {
    throw new QuantityError(
      'is required: a distribution such as 15ms or lognormal(p50=8ms p99=60ms)',
    );
  }
  const long = longOf(input, LAWS);
  if (long === null) return { kind: 'constant', valueNs: constantNs(input) };
  return build(long, LAWS);
}

/** Parses a distribution of whole numbers: `3`, `uniform(1 5)` or `{ kind: uniform, min: 1, max: 5 }`. */
export function parseCountDistribution(input: unknown): CountDistribution {
  const long = longOf(input, COUNT_LAWS);
  if (long === null) return { kind: 'constant', value: parseWhole(input, { max: COUNT_MAX }) };
  return build(long, COUNT_LAWS);
}

/** Long form of a textual distribution; null for text that is not a call such as `exponential(15ms)`. */
export function distributionLongForm(text: string): Map<string, unknown> | null {
  const call = parseCallText(text, example(LAWS));
  return call === null ? null : longForm(call, LAWS);
}

function longOf<T>(
  input: unknown,
  laws: ReadonlyMap<string, Law<T>>,
): ReadonlyMap<string, unknown> | null {
  if (typeof input === 'string') {
    const call = parseCallText(input, example(laws));
    if (
      call?.kind === 'empirical' &&
      call.positional.some((p) => typeof p === 'string' && p.includes('.csv'))
    ) {
      throw new QuantityError('empirical reads no file: list the values');
    }
    return call === null ? null : longForm(call, laws);
  }
  return entriesOf(input);
}

function build<T>(long: ReadonlyMap<string, unknown>, laws: ReadonlyMap<string, Law<T>>): T {
  const kind = long.get('kind');
  if (typeof kind !== 'string') {
    throw new QuantityError(`needs kind, one of ${[...laws.keys()].join(' ')}`);
  }
  formOf(kind, laws);
  const chosen = laws.get(kind)!;
  return chosen.build(new KindFields(kind, long, chosen));
}

function constantNs(input: unknown): number {
  if (typeof input !== 'string' || !/^[A-Za-z]/.test(input)) return parseDuration(input);
  throw new QuantityError(
    `${show(input)} is no distribution: write 15ms or ${LAWS.get('lognormal')!.example}`,
  );
}

function example<T>(laws: ReadonlyMap<string, Law<T>>): (kind: string) => string {
  return (kind) => laws.get(kind)?.example ?? 'lognormal(p50=8ms p99=60ms)';
}

function law<T>(fields: readonly string[], text: string, make: (fields: KindFields) => T): Law<T> {
  return { fields, example: text, build: make };
}

function buildUniform(f: KindFields): Distribution {
  const minNs = f.duration('min');
  const maxNs = f.duration('max');
  if (maxNs < minNs) f.fail('max is below min');
  return { kind: 'uniform', minNs, maxNs };
}

/** The two figures at hand: how long it takes, and how far it spreads. */
function buildLognormal(f: KindFields): Distribution {
  const levels = LEVELS.filter((name) => f.has(name));
  const spreads = SPREADS.filter((name) => f.has(name));
  const [level = 'p50'] = levels;
  const [spread = 'p99'] = spreads;
  if (levels.length > 1 || spreads.length > 1) f.fail(TWO_FIGURES);
  const levelNs = f.duration(level, POSITIVE);
  if (spread === 'cv') {
    const cv = f.number('cv', 0, CV_MAX);
    return level === 'mean' ? lognormalOfMean(levelNs, cv) : lognormalOfMedian(levelNs, cv);
  }
  const at = Number(spread.slice(1)) / 100;
  const upperNs = f.duration(spread, POSITIVE);
  if (upperNs < levelNs) f.fail(`${spread} is below ${level === 'mean' ? 'the mean' : level}`);
  if (level === 'p50') return lognormalOfQuantiles(levelNs, upperNs, at);
  const reach = lognormalReach(at);
  if (upperNs > levelNs * reach)
    f.fail(
      `its ${spread} is at most ${reach.toFixed(1)} times its mean: give p50 in place of the mean`,
    );
  return lognormalOfMeanAndQuantile(levelNs, upperNs, at);
}

function buildPareto(f: KindFields): Distribution {
  const shape = f.number('shape', 0.01, 100);
  const minNs = f.duration('min', POSITIVE);
  const maxNs = f.has('max') ? f.duration('max') : null;
  if (maxNs === null && shape <= 1)
    f.fail('with a shape of 1 or less the mean is infinite: give max');
  if (maxNs !== null && maxNs <= minNs) f.fail('max must be above min');
  return { kind: 'pareto', shape, minNs, maxNs };
}

function buildHyperexponential(f: KindFields): Distribution {
  const branches = f.branches('mean', (value) => parseDuration(value, POSITIVE));
  return {
    kind: 'hyperexponential',
    branches: branches.map((b) => ({ weight: b.weight, meanNs: b.value })),
  };
}

function buildEmpirical(f: KindFields): Distribution {
  const values = f.list('values');
  if (values.length > EMPIRICAL_MAX)
    f.fail(`has ${values.length} values, at most ${EMPIRICAL_MAX} are taken`);
  return { kind: 'empirical', valuesNs: values.map((value) => parseDuration(value)) };
}

function buildMixture(f: KindFields): Distribution {
  const branches = f.branches('of', parseDistribution);
  return { kind: 'mixture', branches: branches.map((b) => ({ weight: b.weight, of: b.value })) };
}

function buildUniformCount(f: KindFields): CountDistribution {
  const min = f.whole('min', 0, COUNT_MAX);
  const max = f.whole('max', 0, COUNT_MAX);
  if (max < min) f.fail('max is below min');
  return { kind: 'uniform', min, max };
}

function buildChoice(f: KindFields): CountDistribution {
  const branches = f.branches('value', (value) => parseWhole(value, { max: COUNT_MAX }));
  return { kind: 'choice', branches: branches.map((b) => ({ weight: b.weight, value: b.value })) };
}
