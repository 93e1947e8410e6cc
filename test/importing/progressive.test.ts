import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, imported, loaded, source } from './support.js';

interface Read {
  readonly rollout: any;
  /** The reason of each value that is listed, by its value. */
  readonly reasons: ReadonlyMap<string, string>;
}

function read(documents: string): Read {
  const result = imported(source(documents));
  loaded(result);
  const listed = result.account.listed.map(({ value, reason }) => [value, reason] as const);
  return { rollout: parse(result.scenario).services.web.rollout, reasons: new Map(listed) };
}

describe('a Canary of Flagger', () => {
  const canary = (analysis: string, more = ''): Read =>
    read(`${deployed(['web'])}
---
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: web }
spec:
  provider: istio
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  service: { port: 80, timeout: 30s }
  ${more}
  analysis: ${analysis}
`);
  const metrics =
    '[ { name: request-success-rate, interval: 1m, thresholdRange: { min: 99 } }, { name: request-duration, thresholdRange: { max: 500 } }, { name: queue-length, templateRef: { name: lag } } ]';

  it('is a canary at rest, whose checks are those that Flagger has', () => {
    const { rollout, reasons } = canary(
      `{ interval: 30s, threshold: 5, maxWeight: 50, stepWeight: 20, metrics: ${metrics} }`,
    );
    // 20, 40 and 60: Flagger stops to raise the weight once it is 50 or more.
    const weights = ['20%', '40%', '60%'];
    expect(rollout).toEqual({
      ...{ kind: 'canary', routing: 'weighted' },
      steps: [{ scale: '100%' }, ...weights.flatMap((weight) => [{ weight }, { pause: '30s' }])],
      analysis: {
        ...{ kind: 'flagger', interval: '30s', failureLimit: 4 },
        expect: ['canary.success >= 99%', 'canary.latency.p99 <= 500ms'],
      },
    });
    expect(reasons.get('lag')).toContain('`expect`');
    expect(reasons.get('30s')).toContain('import those too');
  });

  it('has the weights of a list, and the interval and threshold of Flagger', () => {
    const { rollout } = canary(
      '{ interval: 2s, stepWeights: [1, 10, 80], metrics: [ { name: request-duration, threshold: 250 } ] }',
    );
    expect(rollout.steps[1]).toEqual({ weight: '1%' });
    expect(rollout.steps.at(-2)).toEqual({ weight: '80%' });
    expect(rollout.analysis).toEqual({
      ...{ kind: 'flagger', expect: ['canary.latency.p99 <= 250ms'] },
      ...{ interval: '10s', failureLimit: 0 },
    });
    expect(canary('{ stepWeight: 50 }').rollout).toEqual({
      ...{ kind: 'canary', routing: 'weighted' },
      steps: [
        ...[{ scale: '100%' }, { weight: '50%' }, { pause: '60s' }],
        ...[{ weight: '100%' }, { pause: '60s' }],
      ],
    });
  });

  it('that divides no requests is listed', () => {
    for (const [analysis, more] of [
      ['{ iterations: 10, match: [ { headers: { x-canary: { exact: insider } } } ] }', ''],
      ['{ stepWeight: 10, metrics: [] }', 'skipAnalysis: true'],
    ] as const) {
      expect(canary(analysis, more).rollout).toBeUndefined();
    }
  });
});

describe('a background analysis of a Rollout of Argo', () => {
  const SUCCESS =
    'sum(irate(requests_total{service=~"{{args.name}}",uri!~"/health",response_code!~"5.*"}[5m])) / sum(irate(requests_total{service=~"{{args.name}}",uri!~"/health"}[5m]))';
  const FAILED = 'sum(rate(http_total{status=~"5.."}[1m])) / sum(rate(http_total[1m]))';
  const SLOW =
    'histogram_quantile(0.95, sum(rate(request_duration_milliseconds_bucket[1m])) by (le))';
  const metric = (query: string, rest: string): string =>
    `{ name: one, interval: 5m, ${rest}, provider: { prometheus: { address: http://prometheus:9090, query: '${query}' } } }`;

  const rollout = (metrics: readonly string[], analysis = '', kind = 'AnalysisTemplate'): Read =>
    read(
      `${deployed(['web']).replace('apps/v1', 'argoproj.io/v1alpha1').replace('kind: Deployment', 'kind: Rollout')}
---
apiVersion: argoproj.io/v1alpha1
kind: ${kind}
metadata: { name: good }
spec:
  args: [ { name: name } ]
  metrics: [ ${metrics.join(', ')} ]
`.replace(
        'spec:',
        `spec:
  strategy:
    canary:
      analysis: { templates: [ { templateName: good ${kind === 'AnalysisTemplate' ? '' : ', clusterScope: true'} } ], args: [ { name: name, value: web-canary } ] ${analysis} }
      steps: [ { setWeight: 20 }, { pause: { duration: 10m } }, { setWeight: 40 }, { pause: { duration: 10m } } ]`,
      ),
    );

  it('has the condition, the interval and the limit of its metric', () => {
    const { rollout: written, reasons } = rollout(
      [
        metric(SUCCESS, 'successCondition: "result[0] >= 0.95", failureLimit: 3'),
        metric(SLOW, 'failureCondition: "result[0] > 250", failureLimit: 3'),
        metric('sum(queue_length)', 'successCondition: "result[0] < 5", failureLimit: 3'),
      ],
      ', startingStep: 1',
    );
    expect(written.analysis).toEqual({
      kind: 'argo',
      expect: ['canary.success >= 95%', 'canary.latency.p95 <= 250ms'],
      ...{ from: '40%', interval: '5m', failureLimit: 3 },
    });
    expect(reasons.get('sum(queue_length)')).toContain('no Rollout');
  });

  it('reads the share of failures, and templates of the cluster', () => {
    const share = metric(FAILED, 'successCondition: "result[0] <= 0.05"');
    expect(rollout([share], '', 'ClusterAnalysisTemplate').rollout.analysis).toEqual({
      ...{ kind: 'argo', expect: ['canary.success >= 95%'], interval: '5m' },
    });
  });

  it('that never fails, or with a condition of another form, is listed', () => {
    for (const one of [
      metric(SUCCESS, 'successCondition: "result[0] >= 0.95", failureLimit: -1'),
      metric(SUCCESS, 'successCondition: "len(result) > 0"'),
      metric(`1 - ${FAILED}`, 'successCondition: "result[0] >= 0.95"'),
    ]) {
      const { rollout: written, reasons } = rollout([one]);
      expect(written.analysis).toBeUndefined();
      expect(reasons.get('web-canary')).toContain('`analysis`');
    }
  });
});
