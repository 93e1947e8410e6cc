import { describe, expect, it } from 'vitest';
import { figuresOf, split, type DataPart } from '../../../src/analysis/calibration/measured.js';
import { observeTraces } from '../../../src/importing/traces/observe.js';
import type { TraceModel } from '../../../src/importing/traces/model.js';
import { endpoint, modelOf } from './read.js';
import { otlpLines, root, type TestSpan } from './spans.js';

/** 4,000 requests of which 1 % fail. A sampler keeps those that fail, and one in ten of the others. */
function kept(said: (share: number) => Partial<TestSpan>): readonly TestSpan[] {
  return Array.from({ length: 4000 }, (_, k) => {
    const isError = k % 100 === 0;
    if (!isError && k % 10 !== 3) return [];
    return [{ ...root(`t${k}`, 25 * k, 25 * k + 4, isError), ...said(isError ? 1 : 0.1) }];
  }).flat();
}

const shares = (model: TraceModel): readonly (number | null)[] => {
  const { errors } = endpoint(model, 'web', 'GET /');
  const rate = Number.parseFloat(model.entries[0]!.rate.text);
  return [errors === null ? null : Number(errors.text), rate];
};

const attribute = (key: string, value: number): Partial<TestSpan> => ({
  attributes: { [key]: String(value) },
});

describe('a sampler that keeps all errors', () => {
  it.each([
    [
      'the trace state',
      (share: number) => ({ state: share === 1 ? 'ot=th:0' : 'ot=th:e6666666666668' }),
    ],
    ['Honeycomb', (share: number) => attribute('SampleRate', 1 / share)],
    ['Datadog', (share: number) => attribute('_dd.rule_psr', share)],
    ['Azure Monitor', (share: number) => attribute('_MS.sampleRate', 100 * share)],
    ['an older SDK', (share: number) => attribute('sampling.probability', share)],
  ])('does not make failures and load larger, with the shares of %s', async (_, said) => {
    const spans = kept(said);
    const [errors, rate] = shares(await modelOf([otlpLines(spans)]));
    // 40 of 440 traces have an error: 1 % of the requests, of which there are 40 a second. All 40 count.
    expect(errors).toBeCloseTo(40 / 4040, 4);
    expect(rate! / 40).toBeGreaterThan(0.9);
    expect(rate! / 40).toBeLessThan(1.1);
  });

  it('makes them larger without shares, and too few traces with the smallest one are not thinned', async () => {
    const [errors] = shares(await modelOf([otlpLines(kept(() => ({})))]));
    expect(errors).toBeCloseTo(40 / 440, 3);
    const few = kept((share) => attribute('SampleRate', 1 / share)).slice(0, 90);
    const model = await modelOf([otlpLines(few)]);
    expect(endpoint(model, 'web', 'GET /').executions).toBe(90);
    expect(model.leftOut.map(({ reason }) => reason).join()).toContain('count as one each');
    expect(model.unknown.map(({ question }) => question)).toContain(
      'Which share of the requests is traced? (--sampled 10%)',
    );
  });
});

it.each([
  [100, true],
  [91, true],
  [85, false],
])(
  'traces of which %i of 100 have a failure: whether the question is who chose them',
  async (count, isAsked) => {
    const spans = Array.from({ length: 100 }, (_, k) => {
      const [trace, from] = [`t${k}`, k * 100];
      const root = { trace, id: 'a', service: 'web', kind: 2, name: 'GET /', from, to: from + 20 };
      // The failure is below the request, which succeeds.
      const isError = k < count;
      const call = { trace, id: 'b', parent: 'a', service: 'web', kind: 3, name: 'GET', isError };
      return [
        root,
        { ...call, from: from + 5, to: from + 9, attributes: { 'peer.service': 'pay' } },
      ];
    });
    const model = await modelOf([otlpLines(spans.flat())]);
    const asked = model.unknown.filter(({ path }) => path === 'traces');
    expect(asked.map(({ reason }) => reason.replace(/ have .*/s, ' have'))).toEqual(
      isAsked ? [`${count} of 100 have`] : [],
    );
  },
);

it('the failures that drift and calibrate measure are those of all that a sampler kept, each with its weight', async () => {
  const text = otlpLines(kept((share) => attribute('SampleRate', 1 / share)));
  const source = { path: 'traces.jsonl', chunks: () => chunksOf(text) };
  const observed = await observeTraces([source], null);
  const [series] = observed.series;
  expect(observed.traces).toBeLessThan(440);
  const figures = (part: DataPart): ReturnType<typeof figuresOf> =>
    figuresOf(series!, part, observed.weight!);
  const all = figures({ seconds: 100, share: 1, has: () => true });
  // Times and rates are those of the traces with one chance, of which four or so have an error.
  expect(all.n).toBe(observed.traces);
  const failures = all.figures.find(({ name }) => name === 'failures')!;
  expect(failures.value).toBeCloseTo(40 / 4040, 4);
  // 40 failures, one of ten of the others.
  expect(failures.error).toBeLessThan(0.0025);
  const { fit, rest } = split(observed, 0.5, 'trace');
  expect(figures(fit).n + figures(rest).n).toBe(all.n);
});

async function* chunksOf(text: string): AsyncIterable<string> {
  yield await Promise.resolve(text);
}

describe('the own time of a service in a sample', () => {
  /** One of ten requests, 200 ms apart, each of which takes `ms` of its own time: 50/s in all. */
  const of = (ms: number): string =>
    otlpLines(Array.from({ length: 200 }, (_, k) => root(`t${k}`, 200 * k, 200 * k + ms)));
  const model = (ms: number): Promise<TraceModel> =>
    modelOf([of(ms)], { cores: { web: 2 }, sampled: 0.1 });

  it('is a wait where the cores could not do it as work: of 150 cores there are two', async () => {
    const waiting = await model(3000);
    const { steps } = endpoint(waiting, 'web', 'GET /');
    expect(steps).toMatchObject([{ kind: 'wait', time: { text: '3s' } }]);
    expect(waiting.unknown[0]).toEqual({
      path: 'services.web.endpoints',
      reason:
        'not identifiable from a sample: as work its own time would keep the cores more than 95 % busy; all of it is taken as a wait',
      question: 'How long does web work for a request, or which traces are all of a minute?',
    });
  });

  it('is taken as work where they could, and all such services are asked about together', async () => {
    const working = await model(4);
    expect(endpoint(working, 'web', 'GET /').steps).toMatchObject([{ kind: 'work' }]);
    expect(working.unknown).toEqual([
      {
        path: 'services',
        reason: 'a sample does not tell work from waits: the own time of web is taken as work',
        question: 'Does web wait for something that has no span?',
      },
    ]);
  });
});

it('the cores of several services are one question', async () => {
  const spans = ['a', 'b', 'c'].flatMap((service) =>
    Array.from({ length: 40 }, (_, k) => ({
      ...root(`${service}${k}`, 100 * k, 100 * k + 4),
      service,
    })),
  );
  const { unknown } = await modelOf([otlpLines(spans)]);
  const cores = unknown.filter(({ path }) => path.endsWith('.cpu.cores'));
  expect(cores.map(({ question }) => question)).toEqual(
    Array<string>(3).fill('How many cores have the instances of a, b and c?'),
  );
});
