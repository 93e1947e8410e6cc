import type {
  Estimate,
  LatencyResult,
  QuantileEstimates,
} from '../../src/contracts/result/estimate.js';
import type {
  Exemplar,
  FaultInfo,
  Result,
  Span,
  VariantResult,
} from '../../src/contracts/result/result.js';
import type {
  AnswerResult,
  ComponentResult,
  EdgeResult,
} from '../../src/contracts/result/components.js';
import type { BudgetResult, Comparison } from '../../src/contracts/result/budgets.js';
import type { TopologyNode } from '../../src/contracts/result/topology.js';
import type {
  CascadeEvent,
  CascadeResult,
  HealthState,
  Influence,
} from '../../src/contracts/result/cascade.js';
import type { OutcomeName } from '../../src/contracts/outcome.js';
import {
  BROWSES,
  browsesFail,
  ORDERS,
  ordersAt,
  ordersFail,
  seriesOf,
  SHAPES,
  stateAt,
  STEPS,
  wiggle,
  type Shape,
} from './sample-shape.js';

/** A result of the shape of the flagship: five variants, a hang from 60 to 100 s, a decoy; deterministic. */
export function sampleResult(): Result {
  const variants = SHAPES.map(variantOf);
  return {
    faultline: 1,
    scenario: {
      title: 'Checkout with a hanging payment provider',
      description:
        'Eight components. At 60 s the payment provider stops answering for 40 s. Who survives?',
      sha256: '3f2a'.padEnd(64, '0'),
    },
    seed: 42,
    replications: REPLICATIONS,
    engine: { version: '0.1.0' },
    digest: '0123456789abcdef',
    run: { duration: STEPS, warmup: 20, drain: null, step: 1 },
    report: {
      focus: ['checkout', 'payments'],
      exemplars: 4,
      slo: { success: 0.999, latency: 0.5 },
      groups: {},
      hide: [],
    },
    topology: {
      nodes: NODES,
      edges: EDGES.map(([from, to]) => ({ from, to, parts: [`${to}.call`] })),
    },
    faults: FAULTS,
    variants,
    hypothesis: null,
    comparisons: comparisonsOf(variants),
    warnings: ['shoppers.latency.p999 rests on 90 requests per replication'],
  };
}

const FAULTS: readonly FaultInfo[] = [
  {
    id: 'psp-hang',
    kind: 'hang',
    target: ['psp'],
    spans: [{ from: 60, until: 100 }],
    words: 'psp hangs',
  },
  {
    id: 'slow-inventory',
    kind: 'slow',
    target: ['inventory'],
    spans: [{ from: 52, until: 72 }],
    words: 'inventory 2× slower',
  },
];

const REPLICATIONS = 5;
const REQUESTS = (ORDERS + BROWSES) * STEPS * REPLICATIONS;

const NODES: readonly TopologyNode[] = [
  node('shoppers', 'workload', 0, null, null),
  node('edge', 'gateway', 1, 1024, 512),
  { ...node('checkout', 'service', 2, 128, 128), replicas: 4, critical: true },
  node('catalog', 'service', 2, 96, 256),
  node('inventory', 'service', 3, 64, 256),
  node('payments', 'service', 3, 64, 1200),
  { ...node('orders-db', 'database', 3, null, null), cores: 50 },
  { ...node('psp', 'service', 4, null, null), external: true },
  { ...node('catalog-db', 'database', 4, null, null), cores: 40 },
];

const EDGES: readonly (readonly [string, string])[] = [
  ['shoppers', 'edge'],
  ['edge', 'checkout'],
  ['edge', 'catalog'],
  ['checkout', 'inventory'],
  ['checkout', 'payments'],
  ['checkout', 'orders-db'],
  ['payments', 'psp'],
  ['catalog', 'catalog-db'],
  ['inventory', 'catalog-db'],
];

function node(
  name: string,
  kind: TopologyNode['kind'],
  depth: number,
  concurrency: number | null,
  queueCapacity: number | null,
): TopologyNode {
  return {
    name,
    kind,
    title: null,
    replicas: 1,
    concurrency,
    queueCapacity,
    cores: null,
    runtime: 'threads',
    external: false,
    critical: false,
    depth,
    parts: ['call'],
    zones: [null],
  };
}

function est(value: number | null, spread = 0.004): Estimate {
  if (value === null)
    return { value, ci95: null, each: Array.from({ length: REPLICATIONS }, () => null) };
  const each = Array.from({ length: REPLICATIONS }, (_, i) => value * (1 + wiggle(i + 1, spread)));
  return { value, ci95: [value * (1 - spread), value * (1 + spread)], each };
}

function latencyOf(median: number, tail: number, count: number, cut = Infinity): LatencyResult {
  const upTo: number[] = [];
  const n: number[] = [];
  let left = count;
  for (let i = 1; i <= 400; i++) {
    const share = i / 400;
    const at =
      median * (0.25 + share + (tail / median) * share * share * share * share * share * share);
    const here = i === 400 ? left : Math.round(count / 400);
    left -= here;
    upTo.push(Math.min(cut, at));
    n.push(here);
  }
  const q = (share: number): number => upTo[Math.min(399, Math.floor(share * 400))]!;
  return {
    count,
    mean: median * 1.2,
    p50: q(0.5),
    p90: q(0.9),
    p95: q(0.95),
    p99: q(0.99),
    p999: q(0.999),
    max: upTo[399]!,
    min: upTo[0]!,
    ci95: { p99: [q(0.99) * 0.98, q(0.99) * 1.02] },
    histogram: { upTo, n },
  };
}

function shareLost(shape: Shape): {
  readonly all: number;
  readonly order: number;
  readonly browse: number;
} {
  let order = 0;
  let browse = 0;
  for (let t = 0; t < STEPS; t++) {
    if (ordersFail(shape, t)) order++;
    if (browsesFail(shape, t)) browse++;
  }
  return {
    order: order / STEPS,
    browse: browse / STEPS,
    all: (order * ORDERS + browse * BROWSES) / (STEPS * (ORDERS + BROWSES)),
  };
}

function answersOf(shape: Shape, lost: number, count: number): AnswerResult {
  const bad = Math.round(count * lost);
  const slow = shape.name === 'naive' ? 10 : shape.name === 'retries' ? 2 : 0.5;
  const good = latencyOf(0.017, shape.fallback ? 0.25 : 0.24, count - bad);
  const late = latencyOf(slow * 0.7, slow * 0.1, bad, slow);
  const merged = bad === 0 ? good : mergedOf(good, late);
  const outcomes: Partial<Record<OutcomeName, number>> = { ok: count - bad };
  if (shape.fallback) Object.assign(outcomes, { ok: count * 0.91, degraded: count * 0.09 });
  if (bad > 0) outcomes[shape.name === 'naive' ? 'abandoned' : 'serverError'] = bad;
  return {
    latency: merged,
    successLatency: good,
    throughput: count / STEPS / REPLICATIONS,
    goodput: (count - bad) / STEPS / REPLICATIONS,
    success: 1 - lost,
    successCi95: [1 - lost, 1 - lost],
    outcomes,
  };
}

function mergedOf(a: LatencyResult, b: LatencyResult): LatencyResult {
  const pairs = [
    ...a.histogram!.upTo.map((x, i) => [x, a.histogram!.n[i]!]),
    ...b.histogram!.upTo.map((x, i) => [x, b.histogram!.n[i]!]),
  ];
  pairs.sort((x, y) => x[0]! - y[0]!);
  const count = a.count + b.count;
  const q = (share: number): number => {
    let seen = 0;
    for (const [x, n] of pairs) if ((seen += n!) >= share * count) return x!;
    return pairs[pairs.length - 1]![0]!;
  };
  return {
    ...a,
    count,
    p50: q(0.5),
    p90: q(0.9),
    p95: q(0.95),
    p99: q(0.99),
    p999: q(0.999),
    max: q(1),
    histogram: { upTo: pairs.map((p) => p[0]!), n: pairs.map((p) => p[1]!) },
  };
}

function variantOf(shape: Shape, index: number): VariantResult {
  const components: Record<string, ComponentResult> = {};
  for (const each of NODES) components[each.name] = componentOf(shape, each);
  const edges: Record<string, EdgeResult> = {};
  const edgeSeries: Record<string, { calls: number[]; attempts: number[]; inFlight: number[] }> =
    {};
  for (const [from, to] of EDGES) {
    edges[`${from}->${to}`] = edgeOf(shape, from, to);
    edgeSeries[`${from}->${to}`] = edgeSeriesOf(shape, from, to);
  }
  const series: VariantResult['timeline']['series'] = {};
  for (const each of NODES) {
    const capacity =
      each.kind === 'workload' ? 0 : (each.concurrency ?? each.cores ?? 200) * each.replicas;
    Object.assign(series, {
      [each.name]: seriesOf(shape, each.name, capacity, each.queueCapacity ?? 0),
    });
  }
  for (const part of ['order', 'browse'])
    Object.assign(series, { [`shoppers.${part}`]: seriesOf(shape, `shoppers.${part}`, 0, 0) });
  return {
    name: shape.name,
    title: index === 0 ? 'patience is the only guard' : null,
    description: null,
    baseline: index === 0,
    patch: {
      remove: index === 0 ? ['policies.plain.timeout', 'policies.front.timeout'] : [],
      set: index >= 2 ? [{ path: 'policies.pay.retry', value: { attempts: 3, on: ['any'] } }] : [],
      add: [],
    },
    faults: FAULTS,
    perReplication: Array.from({ length: REPLICATIONS }, (_, replication) => ({
      replication,
      // Each variant has a course of its own.
      digest: `fedcba987654321${index}`,
      stop: 'end',
      requests: REQUESTS / REPLICATIONS,
      unfinished: 12,
      attempts: 600_000,
      events: 4_000_000,
    })),
    components,
    edges,
    metered: {},
    timeline: { step: 1, steps: STEPS, series, edges: edgeSeries },
    cascade: cascadeOf(shape),
    journal: [],
    exemplars: exemplarsOf(shape),
    budgets: budgetsOf(shape),
    summary: summaryOf(shape, components),
  };
}

function componentOf(shape: Shape, each: TopologyNode): ComponentResult {
  const lost = shareLost(shape);
  const server = each.kind !== 'workload';
  const own = answersOf(shape, each.name === 'catalog' ? 0 : lost.all, REQUESTS);
  const parts: Record<string, AnswerResult> = server
    ? { call: own }
    : {
        order: answersOf(shape, lost.order, REQUESTS * 0.4),
        browse: answersOf(shape, lost.browse, REQUESTS * 0.6),
      };
  const waste =
    each.name === 'payments' ? wasteOf(shape) : each.name === 'checkout' ? wasteOf(shape) / 3 : 0;
  return {
    ...own,
    kind: each.kind,
    parts,
    utilization: server ? 0.4 : null,
    cpu: server ? 0.2 : null,
    queue: server ? { mean: 3, max: each.queueCapacity ?? 0 } : null,
    concurrency: server ? { mean: 30, max: 64 } : null,
    queueWait: server ? latencyOf(0.001, 0.01, REQUESTS) : null,
    wastedWork: server ? waste : null,
    duplicates: 0,
    pools: null,
  };
}

function wasteOf(shape: Shape): number {
  return { naive: 0.035, timeouts: 0.051, retries: 0.639, breaker: 0.0004, full: 0.0003 }[
    shape.name
  ]!;
}

function edgeSeriesOf(shape: Shape, from: string, to: string) {
  const at = Array.from({ length: STEPS }, (_, t) => t);
  const browse =
    to === 'catalog' || from === 'catalog' ? BROWSES : from === 'shoppers' ? ORDERS + BROWSES : 0;
  const calls = at.map((t) =>
    browse > 0 ? browse : ORDERS * (from === 'edge' ? 1 : ordersAt(shape, from, t)),
  );
  const multiple = (t: number): number =>
    (to === 'checkout' || to === 'payments') && ordersFail(shape, t)
      ? shape.attempts * (1 + wiggle(t, 0.04))
      : 1;
  return { calls, attempts: at.map((t) => calls[t]! * multiple(t)), inFlight: at.map(() => 10) };
}

function edgeOf(shape: Shape, from: string, to: string): EdgeResult {
  const { calls, attempts } = edgeSeriesOf(shape, from, to);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const guarded = to === 'payments' && shape.breaker;
  const transitions = [];
  for (const instance of ['checkout[0]', 'checkout[1]', 'checkout[2]', 'checkout[3]']) {
    const offset = wiggle(instance.charCodeAt(9), 0.2);
    transitions.push({ at: 60.5 + offset, instance, state: 'open' });
    for (let at = 65.5; at < 104; at += 5.5) {
      transitions.push({ at: at + offset, instance, state: 'halfOpen' });
      transitions.push({ at: at + offset + 0.4, instance, state: at > 99 ? 'closed' : 'open' });
    }
  }
  return {
    ...answersOf(shape, 0.1, REQUESTS),
    calls: sum(calls) * REPLICATIONS,
    attempts: sum(attempts) * REPLICATIONS,
    amplification: sum(attempts) / sum(calls),
    amplificationDuring: { 'psp-hang': shape.attempts, 'slow-inventory': 1 },
    attemptOutcomes: { ok: 1000 },
    counters: {},
    wastedWork: 0,
    breaker: guarded ? { transitions, openFor: 0.2, dryRun: false } : null,
  };
}

function spansOf(shape: Shape, subject: string) {
  const spans: { from: number; until: number; state: HealthState }[] = [];
  for (let t = 0; t < STEPS; t++) {
    const state = stateAt(shape, subject, t);
    const last = spans[spans.length - 1];
    if (last?.state === state && last.until === t) last.until = t + 1;
    else if (state !== 'ok') spans.push({ from: t, until: t + 1, state });
  }
  return spans;
}

function cascadeOf(shape: Shape): CascadeResult {
  const never = shape.ordersBack > STEPS;
  const states: Record<string, ReturnType<typeof spansOf>> = {};
  for (const subject of [...NODES.map((n) => n.name), 'shoppers.order', 'shoppers.browse'])
    states[subject] = spansOf(shape, subject);
  const event = (
    at: number,
    kind: CascadeEvent['kind'],
    subject: string,
    text: string,
    cause: string | null = null,
    mechanism: string | null = null,
  ): CascadeEvent => ({ at, kind, subject, cause, mechanism, text, runs: REPLICATIONS });
  const influence = (
    from: string,
    to: string,
    at: number,
    mechanism: string,
    text: string,
  ): Influence => ({ from, to, at, mechanism, share: 0.9, text });
  const events: CascadeEvent[] = [
    event(52, 'fault', 'slow-inventory', 'inventory 2× slower'),
    event(60, 'fault', 'psp-hang', 'psp hangs'),
  ];
  const influences: Influence[] = [];
  if (!shape.breaker) {
    events.push(
      event(60.4, 'saturated', 'payments', '64 of 64 workers wait for psp', 'psp', 'calleeTimeout'),
    );
    influences.push(
      influence('psp', 'payments', 60, 'calleeTimeout', 'psp times out'),
      influence('payments', 'checkout', 60.5, 'calleeTimeout', 'payments times out'),
    );
    events.push(event(60.6, 'down', 'checkout', 'every order fails', 'payments', 'calleeTimeout'));
  }
  if (!shape.fallback) {
    events.push(
      event(61, 'failing', 'edge', '40 % of requests fail', 'checkout', 'calleeError'),
      event(61, 'down', 'shoppers.order', 'no order succeeds', 'edge', 'calleeError'),
    );
    influences.push(influence('checkout', 'edge', 61, 'calleeError', 'checkout answers errors'));
  }
  if (shape.attempts > 1)
    influences.push(
      influence('edge', 'checkout', 63, 'retryLoad', '3 attempts per call'),
      influence('checkout', 'payments', 63, 'retryLoad', '3 attempts per call'),
    );
  events.push(
    event(72, 'faultEnd', 'slow-inventory', 'inventory is fast again'),
    event(100, 'faultEnd', 'psp-hang', 'psp answers again'),
  );
  if (never)
    events.push(event(180, 'notRecovered', 'shoppers.order', 'not recovered 80 s after the fault'));
  else if (!shape.fallback)
    events.push(event(shape.ordersBack, 'recovered', 'shoppers.order', 'orders succeed again'));
  return {
    events,
    states,
    influences,
    loops: never ? [{ through: ['edge', 'checkout', 'payments'], mechanism: 'retryLoad' }] : [],
    blastRadius: est(shape.fallback ? 1 : 3),
    depth: 3,
    collateral: shape.browseLost === null ? [] : ['shoppers.browse'],
    goodputLost: est(shareLost(shape).all),
    verdicts: Array.from({ length: REPLICATIONS }, () =>
      never ? 'metastable' : shape.fallback ? 'untouched' : 'recovered',
    ),
    endings: Array.from({ length: REPLICATIONS }, () => ({
      ...(never
        ? { verdict: 'metastable' as const, reason: 'amplified' as const }
        : shape.fallback
          ? { verdict: 'untouched' as const, reason: 'noLoss' as const }
          : { verdict: 'recovered' as const, reason: 'back' as const }),
      subject: never ? 'payments' : null,
      value: never ? 3 : null,
    })),
    metastable: never ? 1 : 0,
    elsewhere: [],
    causes: [],
    innocent: [{ fault: 'slow-inventory', reason: 'no request failed because of it' }],
    sentence: never
      ? 'psp hangs; payments, checkout and edge fail in 1.0 s, and retries keep them down after psp answers again.'
      : 'psp hangs; orders fail until it answers again.',
  };
}

function budgetsOf(shape: Shape): BudgetResult[] {
  const lost = shareLost(shape);
  const p99 = { naive: 10, timeouts: 0.528, retries: 3.27, breaker: 0.231, full: 0.229 }[
    shape.name
  ]!;
  const recovery = recoveryOf(shape);
  const make = (
    text: string,
    unit: BudgetResult['unit'],
    value: number | null,
    limit: number,
    ok: boolean,
    note: string | null = null,
  ): BudgetResult => ({
    text,
    metric: text.replace(/ (?:<|>|==).*?(?= during|$)/, ''),
    name: null,
    severity: 'error',
    verdict: ok ? 'pass' : 'fail',
    value,
    ci95: value === null ? null : [value * 0.99, value * 1.01],
    limit,
    margin: value === null ? null : (limit - value) / limit,
    unit,
    note,
  });
  const browse = shape.browseLost === null ? 1 : 0.124;
  const waste = wasteOf(shape);
  return [
    make('shoppers.latency.p99 < 500ms', 'seconds', p99, 0.5, p99 < 0.5),
    make('shoppers.browse.success >= 99% during psp-hang', 'share', browse, 0.99, browse >= 0.99),
    make(
      'shoppers.order.success >= 99% during psp-hang',
      'share',
      lost.order > 0 ? 0 : 1,
      0.99,
      lost.order === 0,
    ),
    make(
      'shoppers.recovery < 5s after psp-hang',
      'seconds',
      recovery,
      5,
      recovery !== null,
      recovery === null ? 'never' : null,
    ),
    make(
      'checkout->payments.amplification < 1.5',
      'number',
      shape.attempts,
      1.5,
      shape.attempts < 1.5,
    ),
    make('payments.wastedWork < 5%', 'share', waste, 0.05, waste < 0.05),
  ];
}

function recoveryOf(shape: Shape): number | null {
  return shape.ordersBack > STEPS ? null : Math.max(0, shape.ordersBack - 100);
}

function summaryOf(
  shape: Shape,
  components: Readonly<Record<string, ComponentResult>>,
): VariantResult['summary'] {
  const all = components['shoppers']!;
  const lost = shareLost(shape);
  const quantiles = (l: LatencyResult): QuantileEstimates => ({
    mean: est(l.mean),
    p50: est(l.p50),
    p90: est(l.p90),
    p95: est(l.p95),
    p99: est(l.p99),
    p999: est(l.p999),
    max: est(l.max),
  });
  const recovery = recoveryOf(shape);
  return {
    requests: REQUESTS,
    success: est(all.success, lost.all === 0 ? 0 : 0.001),
    goodput: est(all.goodput),
    latency: quantiles(all.latency),
    successLatency: quantiles(all.successLatency),
    attemptsPerCall: est(
      { naive: 3.1, timeouts: 3.4, retries: 8.94, breaker: 2.9, full: 2.9 }[shape.name]!,
    ),
    amplification: { ...est(shape.attempts, 0), edge: 'checkout->payments' },
    wasted: est(wasteOf(shape) * 0.8),
    recovery: { ...est(recovery), fault: 'psp-hang', never: recovery === null ? REPLICATIONS : 0 },
    latencyRecovery: { ...est(recovery), never: recovery === null ? REPLICATIONS : 0 },
    during: [
      {
        request: 'shoppers.browse',
        fault: 'psp-hang',
        success: est(shape.browseLost === null ? 1 : 0.124, shape.browseLost === null ? 0 : 0.01),
      },
      { request: 'shoppers.order', fault: 'psp-hang', success: est(lost.order > 0 ? 0 : 1, 0) },
    ],
    blastRadius: est(shape.fallback ? 1 : 3, 0),
  };
}

function comparisonsOf(variants: readonly VariantResult[]): Comparison[] {
  const base = variants[0]!;
  const rows: [string, Comparison['unit'], (v: VariantResult) => Estimate, boolean][] = [
    ['shoppers.success', 'share', (v) => v.summary.success, true],
    ['shoppers.goodput', 'perSecond', (v) => v.summary.goodput, true],
    ['shoppers.browse.success during psp-hang', 'share', (v) => v.summary.during[0]!.success, true],
    ['shoppers.order.success during psp-hang', 'share', (v) => v.summary.during[1]!.success, true],
    ['shoppers.successLatency.p50', 'seconds', (v) => v.summary.successLatency.p50, false],
    ['shoppers.successLatency.p99', 'seconds', (v) => v.summary.successLatency.p99, false],
    ['shoppers.latency.p99', 'seconds', (v) => v.summary.latency.p99, false],
    ['checkout->payments.amplification', 'number', (v) => v.summary.amplification, false],
    ['cascade.blastRadius', 'number', (v) => v.summary.blastRadius, false],
  ];
  return variants.slice(1).flatMap((variant) =>
    rows.map(([metric, unit, pick, more]): Comparison => {
      const value = pick(variant).value;
      const before = pick(base).value;
      const difference = value === null || before === null ? null : value - before;
      const same = difference !== null && Math.abs(difference) < 1e-9;
      const half = Math.abs(difference ?? 0) * 0.02;
      return {
        metric,
        of: variant.name,
        baseline: base.name,
        n: REPLICATIONS,
        value,
        baselineValue: before,
        difference,
        interval: difference === null ? null : [difference - half, difference + half],
        confidence: difference === null ? null : 0.95,
        adjustedP: same ? 1 : 0.001,
        family: 'headline',
        margin: 0.01,
        varianceRatio: 4,
        unit,
        verdict:
          difference === null
            ? 'unknown'
            : same
              ? 'same'
              : difference > 0 === more
                ? 'better'
                : 'worse',
      };
    }),
  );
}

function exemplarsOf(shape: Shape): Exemplar[] {
  const failing = !shape.fallback;
  const slow =
    shape.name === 'naive'
      ? 10
      : shape.name === 'retries'
        ? 1.79
        : shape.name === 'timeouts'
          ? 0.52
          : 0.02;
  return [
    {
      key: 'shoppers#20033',
      request: 'shoppers.order',
      why: 'median',
      at: 40,
      duration: 0.119,
      outcome: 'ok',
      spans: orderSpans(0.119, 1, true),
    },
    {
      key: 'shoppers#31099',
      request: 'shoppers.order',
      why: 'during psp-hang',
      at: 62.2,
      duration: slow,
      outcome: failing ? (shape.name === 'naive' ? 'abandoned' : 'serverError') : 'degraded',
      spans: orderSpans(slow, shape.attempts, false),
    },
  ];
}

function orderSpans(total: number, attempts: number, good: boolean): Span[] {
  const spans: Span[] = [];
  const add = (
    parent: number | null,
    name: string,
    from: number,
    to: number,
    attempt: number,
    queue: number,
    ok: boolean,
  ): number => {
    spans.push({
      id: spans.length,
      parent,
      name,
      caller: parent === null ? 'shoppers' : spans[parent]!.name,
      instance: `${name.split('.')[0]!}[0]`,
      attempt,
      called: from,
      sent: from,
      arrived: from + total * 0.002,
      begun: from + total * 0.002 + queue,
      ended: ok ? to - total * 0.002 : to + total * 0.1,
      answered: ok ? to : null,
      gone: ok ? null : to,
      outcome: ok ? 'ok' : 'timeout',
    });
    return spans.length - 1;
  };
  const edge = add(null, 'edge.order', 0, total, 1, 0, good);
  const checkout = add(edge, 'checkout.order', total * 0.02, total * 0.97, 1, 0, good);
  add(checkout, 'inventory.reserve', total * 0.05, total * 0.12, 1, 0, true);
  for (let i = 0; i < attempts; i++) {
    const from = total * (0.13 + (0.8 * i) / attempts);
    const to = total * (0.13 + (0.8 * (i + 0.9)) / attempts);
    const charge = add(
      checkout,
      'payments.charge',
      from,
      to,
      i + 1,
      good ? 0 : (to - from) * 0.9,
      good,
    );
    if (good) add(charge, 'psp.charge', from + total * 0.08, to - total * 0.02, 1, 0, true);
  }
  if (good) add(checkout, 'orders-db.insert', total * 0.88, total * 0.95, 1, 0, true);
  return spans;
}

/** The result with its title, its variants, its components and its words renamed to something hostile. */
export function renamed(result: Result, name: string): Result {
  const text = JSON.stringify(result);
  const inJson = (value: string): string => JSON.stringify(value).slice(1, -1);
  const swapped = text
    .replaceAll('"retries"', `"${inJson(name)}"`)
    .replaceAll('"payments"', `"${inJson(`${name}p`)}"`)
    .replaceAll('->payments"', `->${inJson(`${name}p`)}"`)
    .replaceAll('"payments->', `"${inJson(`${name}p`)}->`)
    .replaceAll('Checkout with a hanging', inJson(name))
    .replaceAll('psp hangs', inJson(name))
    .replaceAll('shoppers#', inJson(name));
  return JSON.parse(swapped) as Result;
}

/** The result with one of its variants only. */
export function onlyVariant(result: Result, name: string): Result {
  const variants = result.variants.filter((variant) => variant.name === name);
  return { ...result, variants: variants.map((v) => ({ ...v, baseline: true })), comparisons: [] };
}

/** The result as if it had no faults. */
export function withoutFaults(result: Result): Result {
  const variants = result.variants.map((variant) => ({
    ...variant,
    faults: [],
    budgets: [],
    summary: {
      ...variant.summary,
      during: [],
      recovery: { ...variant.summary.recovery, fault: null },
    },
    cascade: {
      ...variant.cascade,
      events: [],
      states: {},
      influences: [],
      loops: [],
      innocent: [],
      verdicts: [],
      sentence: '',
    },
  }));
  return { ...result, faults: [], variants };
}

/** The result without budgets. */
export function withoutBudgets(result: Result): Result {
  return { ...result, variants: result.variants.map((variant) => ({ ...variant, budgets: [] })) };
}
