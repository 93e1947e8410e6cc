import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { from, list, map, plain, type Written, type WrittenScalar } from '../../written.js';
import { durationOf } from '../istio/retries.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';

/** Metrics by which a Rollout of Argo is judged. Source: argo-rollouts, docs/features/analysis.md. */
export const analysisTemplates: DocumentKind = {
  recognises: resource(/^argoproj\.io$/, 'AnalysisTemplate', 'ClusterAnalysisTemplate'),
  read(document, system) {
    const isEverywhere = document.get('kind')?.text() === 'ClusterAnalysisTemplate';
    const name = document.get('metadata', 'name')?.text() ?? '';
    templatesOf(system).set(isEverywhere ? name : `${namespaceOf(document)}/${name}`, document);
    system.later('settings', () => {
      listBelow(document, {
        ...{ apiVersion: REASON.kind, kind: REASON.kind, metadata: REASON.name },
        ...{ 'spec.args': REASON.name, 'spec.metrics.*.name': REASON.name },
        'spec.metrics.*.provider.prometheus.address': REASON.name,
        'spec.metrics.*.count': 'an analysis goes on until the rollout ends',
      });
      document.list(LISTED);
    });
  },
};

const LISTED =
  'no Rollout of these files has it as a background analysis of the share of good requests or of a latency: write `analysis` in `rollout`';

function templatesOf(system: System): Map<string, Cell> {
  return system.shared('analysis templates', () => new Map<string, Cell>());
}

/** The background analysis of a canary; undefined = none, or none of its metrics has a counterpart. */
export function backgroundOf(canary: Cell, namespace: string, system: System): Written | undefined {
  const analysis = canary.get('analysis');
  const used = analysis?.get('templates')?.items() ?? [];
  const args = analysis?.get('args');
  const isOfCanary = (text: string): boolean => {
    const known = args?.leaves().map((leaf) => leaf.text()) ?? [];
    return /canary|latest/i.test([text, ...known].join(' '));
  };
  const metrics = used
    .flatMap((one) => templateOf(one, namespace, system)?.get('spec', 'metrics')?.items() ?? [])
    .flatMap((metric) => {
      const interval = durationOf(metric.get('interval'));
      const expect = expectationOf(metric, isOfCanary);
      const isLimited = (metric.get('failureLimit')?.number() ?? 0) >= 0;
      const isKnown = interval !== undefined && expect !== null && isLimited;
      return isKnown ? [{ metric, interval, expect }] : [];
    });
  const [first] = metrics;
  if (first === undefined) return undefined;
  for (const cell of [...used, args]) cell?.list(REASON.name);
  const rules = ({ metric }: typeof first): string =>
    ['interval', 'failureLimit'].map((key) => metric.get(key)?.text()).join(' ');
  const alike = metrics.filter((one) => rules(one) === rules(first));
  for (const { metric } of metrics.filter((one) => !alike.includes(one)))
    metric.list('an analysis has one `interval` and `failureLimit`: those of the first metric');
  const limit = first.metric.get('failureLimit');
  return map({
    kind: plain('argo'),
    expect: list(alike.map(({ expect }) => expect)),
    from: weightAt(canary, analysis?.get('startingStep')),
    interval: first.interval,
    failureLimit: (limit?.number() ?? 0) > 0 ? from(limit!.number()!, limit) : undefined,
  });
}

function templateOf(reference: Cell, namespace: string, system: System): Cell | undefined {
  const name = reference.get('templateName')?.text() ?? '';
  const isEverywhere = reference.get('clusterScope')?.value === true;
  return templatesOf(system).get(isEverywhere ? name : `${namespace}/${name}`);
}

/** The weight of the step from which on the analysis runs. */
function weightAt(canary: Cell, start: Cell | undefined): WrittenScalar | undefined {
  const steps = canary.get('steps')?.items() ?? [];
  const weights = steps.slice(start?.number() ?? 0).map((step) => step.get('setWeight'));
  const weight = weights.find((cell) => cell !== undefined);
  return start === undefined || weight === undefined
    ? undefined
    : from(`${weight.text()}%`, start, weight);
}

/** A condition on the result of a query of Prometheus; null = it has no counterpart. */
function expectationOf(metric: Cell, isOfCanary: (text: string) => boolean): WrittenScalar | null {
  const success = metric.get('successCondition');
  const condition = success ?? metric.get('failureCondition');
  const query = metric.get('provider', 'prometheus', 'query');
  const text = query?.text() ?? '';
  const [, op = '', number = ''] =
    /^result(?:\[0\])?\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)$/.exec(condition?.text()?.trim() ?? '') ??
    [];
  if (number === '') return null;
  const wanted = expected(text, success === undefined ? FAILS_UNLESS[op]! : op, Number(number));
  const note = isOfCanary(text) ? null : 'guess: the query counts the new version alone';
  return wanted === null ? null : { ...from(wanted, condition, query), note };
}

const FAILS_UNLESS: Readonly<Record<string, string>> = {
  '>=': '<',
  '>': '<=',
  '<=': '>',
  '<': '>=',
};
const TURNED: Readonly<Record<string, string>> = { '>=': '<=', '>': '<', '<=': '>=', '<': '>' };

function expected(query: string, op: string, limit: number): string | null {
  const [, quantile] = /histogram_quantile\(\s*0?(\.\d+)/.exec(query) ?? [];
  if (quantile !== undefined) {
    const statistic = QUANTILES.get(Number(quantile));
    const unit = /milliseconds|_ms_/.test(query) ? 'ms' : /seconds/.test(query) ? 's' : null;
    if (statistic === undefined || unit === null) return null;
    return `canary.latency.${statistic} ${op} ${limit}${unit}`;
  }
  // The share of the requests with a status, or without it.
  const [numerator = '', ...rest] = query
    .replace(/"[^"]*"/g, (text) => text.replaceAll('/', ' '))
    .split('/');
  const [, is, status = ''] = /(?:code|status)\w*\s*(=~|!~|=|!=)\s*"([^"]*)"/.exec(numerator) ?? [];
  const isFailed = /(^|[[(|-])5/.test(status);
  if (rest.length !== 1 || /\b1\s*-/.test(query) || (!isFailed && !/^\W*2/.test(status)))
    return null;
  const isPercent = limit > 1 && /\b100\b/.test(query);
  const share = isPercent ? limit / 100 : limit;
  if (share > 1) return null;
  const isGood = is!.startsWith('!') === isFailed;
  const percent = Number(((isGood ? share : 1 - share) * 100).toPrecision(12));
  return `canary.success ${isGood ? op : TURNED[op]!} ${percent}%`;
}

const QUANTILES: ReadonlyMap<number, string> = new Map([
  [0.5, 'p50'],
  [0.9, 'p90'],
  [0.95, 'p95'],
  [0.99, 'p99'],
  [0.999, 'p999'],
]);
