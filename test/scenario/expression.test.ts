import { describe, it, expect } from 'vitest';
import {
  checkExpression,
  parseExpression,
  parseMetric,
  type ExpressionNames,
} from '../../src/language/expression.js';
import { contradictions } from '../../src/language/contradictions.js';
import { expressionOf } from '../support/budget.js';

const NAMES: ExpressionNames = {
  components: new Map([
    ['shoppers', { kind: 'workload', parts: ['browse', 'buy'], instances: 1 }],
    ['edge', { kind: 'gateway', parts: ['orders'], instances: 1 }],
    ['orders', { kind: 'service', parts: ['create', 'list'], instances: 3 }],
    ['payments', { kind: 'service', parts: ['charge'], instances: 2 }],
    ['orders-db', { kind: 'database', parts: ['insert'], instances: 1 }],
  ]),
  edges: new Set(['shoppers->edge', 'edge->orders', 'orders->payments', 'orders->orders-db']),
  faults: ['psp-hang', '2nd'],
  variants: ['naive', 'breaker', 'cpu-60'],
};

function refusal(text: string): { message: string; offset: number; found: string } {
  const result = parseExpression(text);
  if (result.ok) throw new Error(`${text} was read`);
  return { message: result.message, offset: result.offset, found: result.found };
}

function problems(text: string): string[] {
  return checkExpression(expressionOf(text), NAMES).map((problem) => problem.message);
}

describe('reading an expression', () => {
  it('reads metric, comparison and a limit in seconds', () => {
    const expression = expressionOf('shoppers.latency.p99 < 500ms');
    expect(expression.metric.subject).toMatchObject({
      kind: 'component',
      at: { component: 'shoppers', part: null },
    });
    expect(expression.metric.name).toEqual(['latency', 'p99']);
    expect(expression.op).toBe('<');
    expect(expression.limit).toMatchObject({
      kind: 'quantity',
      quantity: { value: 0.5, unit: 'seconds' },
    });
    expect(expression.window).toBeNull();
    expect(expression.variants).toBeNull();
  });

  it('takes the word behind a component for a part unless a metric is called so', () => {
    expect(expressionOf('shoppers.browse.success >= 99%').metric.subject).toMatchObject({
      at: { part: 'browse' },
    });
    expect(expressionOf('orders-db.pool.wait.mean < 5ms').metric.name).toEqual([
      'pool',
      'wait',
      'mean',
    ]);
  });

  it('reads edges between components, parts and all', () => {
    const expression = expressionOf('orders.create -> payments.charge.latency.p99<=1s');
    expect(expression.metric.subject).toMatchObject({
      kind: 'edge',
      from: { component: 'orders', part: 'create' },
      to: { component: 'payments', part: 'charge' },
    });
    expect(expression.metric.text).toBe('orders.create->payments.charge.latency.p99');
    expect(expressionOf('all->payments.calls > 0').metric.subject).toMatchObject({
      from: { component: 'all' },
    });
  });

  it('reads the number of an instance', () => {
    expect(expressionOf('orders[0].queue.max < 10').metric.subject).toMatchObject({
      at: { instance: 0 },
    });
  });

  it('reads every unit of quantities', () => {
    const value = (text: string): unknown => {
      const limit = expressionOf(`run.requests < ${text}`).limit;
      return limit.kind === 'quantity' ? [limit.quantity.value, limit.quantity.unit] : limit.kind;
    };
    expect(value('250us')).toEqual([0.00025, 'seconds']);
    expect(value('2m')).toEqual([120, 'seconds']);
    expect(value('1.5s')).toEqual([1.5, 'seconds']);
    expect(value('600/min')).toEqual([10, 'perSecond']);
    expect(value('2.5%')).toEqual([0.025, 'share']);
    expect(value('42')).toEqual([42, 'number']);
    expect(value('4KiB')).toEqual([4, 'size']);
  });

  it('reads shares of a variant, of the time before, and of another metric', () => {
    expect(expressionOf('shoppers.goodput >= 10% of naive').limit).toMatchObject({
      kind: 'ofVariant',
      factor: 0.1,
      variant: 'naive',
    });
    expect(expressionOf('shoppers.goodput <= 120% of before during psp-hang').limit).toMatchObject({
      kind: 'ofBefore',
      factor: 1.2,
    });
    expect(expressionOf('shoppers.goodput <= 300% of orders.goodput').limit).toMatchObject({
      kind: 'ofMetric',
      factor: 3,
    });
    expect(expressionOf('shoppers.goodput <= orders.goodput').limit).toMatchObject({
      kind: 'metric',
    });
  });

  it('reads windows and lists of variants with commas or spaces', () => {
    const expression = expressionOf(
      'shoppers.success >= 99% after psp-hang in naive, breaker cpu-60',
    );
    expect(expression.window).toMatchObject({ kind: 'after', fault: 'psp-hang' });
    expect(expression.variants?.map((variant) => variant.name)).toEqual([
      'naive',
      'breaker',
      'cpu-60',
    ]);
    expect(expressionOf('shoppers.success > 0% from 0s to 2m').window).toMatchObject({
      kind: 'between',
      fromNs: 0,
      toNs: 120e9,
    });
    expect(expressionOf('shoppers.success > 0% in naive during 2nd').window).toMatchObject({
      fault: '2nd',
    });
  });

  it('says where and what is wrong', () => {
    expect(refusal('shoppers.latency.p99 500ms')).toEqual({
      message: 'expected a comparison',
      offset: 21,
      found: '500ms',
    });
    expect(refusal('shoppers.latency.p99 <')).toMatchObject({
      offset: 22,
      found: 'the end of the text',
    });
    expect(refusal('shoppers.latency.p99 < 5xs')).toMatchObject({
      message: 'unknown unit in 5xs',
      offset: 23,
    });
    expect(refusal('shoppers.latency.p99 < 300 ms')).toEqual({
      message: 'no space is allowed between a number and its unit: write 300ms',
      offset: 27,
      found: 'ms',
    });
    expect(refusal('a.success >= 99 %').message).toContain('write 99%');
    expect(refusal('shoppers < 5s').message).toContain('expected a dot');
    expect(refusal('a.success > 1% while x')).toMatchObject({
      message: 'expected a clause',
      found: 'while',
    });
    expect(refusal('a.latency.p99 < 300 parsecs').message).toBe(
      'parsecs is neither a unit nor a clause',
    );
    expect(refusal('a.success during f > 1%')).toMatchObject({
      message:
        'expected a comparison: `during` comes after it, as in users.success > 99% during FAULT',
      found: 'during',
    });
    expect(refusal('a.success at 60s > 1%').message).toBe(
      'expected a comparison: a time comes after it, as in users.success > 99% from 60s to 90s',
    );
    expect(refusal('a.success often').message).toBe('expected a comparison');
    expect(refusal('a.success > 1% from 2m to 1m').message).toBe(
      'the window ends before it begins',
    );
    expect(refusal('a.success > 1% from 20 to 30').message).toContain('expected a duration');
    expect(refusal('a.success > 1% during f before g').message).toBe(
      'duplicate window: an expression has at most one',
    );
    expect(refusal('a.success > 5s of naive').message).toContain('only a percentage');
  });

  it('takes the two sides of a rollout only inside its analysis', () => {
    expect(refusal('canary.success > 1%').message).toContain(
      'is available only inside `rollout.analysis`',
    );
  });

  it('reads what steps are asked for, and a share of what is saved', () => {
    expect(expressionOf('a.success > 1% always')).toMatchObject({
      steps: { share: 1 },
      window: null,
    });
    const all = expressionOf('a.success > 1% for 99.5% of steps during f in x, y');
    expect(all).toMatchObject({ steps: { share: 0.995 }, window: { kind: 'during', fault: 'f' } });
    expect(all.variants?.map(({ name }) => name)).toEqual(['x', 'y']);
    expect(expressionOf('a.success > 1% in x always')).toMatchObject({ steps: { share: 1 } });
    expect(expressionOf('a.success > 1%').steps).toBeNull();
    expect(expressionOf('a.latency.p99 < 110% of saved before f')).toMatchObject({
      limit: { kind: 'ofSaved', factor: 1.1 },
      window: { kind: 'before' },
    });
  });

  it('says how steps and what is saved are written', () => {
    const asked = (text: string): string => refusal(text).message;
    expect(asked('always a.success > 1%')).toContain(
      '`always` comes after the limit, as in users.success > 99% always',
    );
    expect(asked('a.success always > 1%')).toContain(
      'expected a comparison: `always` comes after it, as in users.success > 99% always',
    );
    expect(asked('a.success > 1% strict')).toContain('strict: true');
    expect(asked('a.latency.p99 < saved')).toContain('110% of saved');
    expect(asked('a.success > 1% for 5s')).toContain('a percentage of the steps');
    expect(asked('a.success > 1% for 0% of steps')).toContain('above 0%');
    expect(asked('a.success > 1% for 101% of steps')).toContain('up to 100%');
    expect(asked('a.success > 1% for steps')).toContain('a percentage of the steps');
    expect(asked('a.success > 1% for 90% of the time')).toContain('expected `steps`');
    expect(asked('a.success > 1% always for 90% of steps')).toContain(
      'duplicate steps clause: an expression has at most one',
    );
  });

  it('reads the bare path of a metric and nothing behind it', () => {
    expect(parseMetric('cascade.blastRadius')).toMatchObject({
      ok: true,
      metric: { subject: { kind: 'cascade' } },
    });
    expect(parseMetric('run.requests x')).toMatchObject({ ok: false, offset: 13 });
  });
});

describe('checking an expression against the names of a scenario', () => {
  it('finds nothing wrong with right ones', () => {
    for (const text of [
      'shoppers.browse.success >= 99% during psp-hang in breaker',
      'shoppers.success >= 0.99',
      'shoppers.recovery < 5s after psp-hang',
      'shoppers.recovery == never after psp-hang in naive',
      'shoppers.buy.latency.p99 <= 10% of naive during psp-hang in breaker',
      'cascade.blastRadius <= 1 in breaker',
      'orders.create->payments.charge.amplification < 1.5',
      'all->payments.calls > 0',
      'orders[2].queue.max < 10',
      'orders.utilization < 70%',
      'orders-db.pool.utilization.max < 95%',
      'shoppers.share.throttled < 0.1%',
      'shoppers.outcomes.timeout == 0',
      'shoppers.latency.p99 <= orders.latency.max',
    ]) {
      expect(problems(text), text).toEqual([]);
    }
  });

  it('names unknown components, parts, edges, faults, variants and metrics', () => {
    expect(problems('shopers.success > 1%')).toEqual(['unknown component shopers']);
    expect(problems('shoppers.pay.success > 1%')).toEqual(['unknown part shoppers.pay']);
    expect(problems('payments->orders.calls > 1')).toEqual(['unknown edge payments->orders']);
    expect(problems('shoppers.success > 1% during hang')).toEqual(['unknown fault hang']);
    expect(problems('shoppers.success > 1% in fast')).toEqual(['unknown variant fast']);
    expect(problems('shoppers.succes > 1%')).toEqual(['unknown metric succes']);
    expect(problems('shoppers.success >= 10% of fast')).toEqual(['unknown variant fast']);
  });

  it('offers the names that are valid there', () => {
    const [problem] = checkExpression(expressionOf('shoppers.pay.success > 1%'), NAMES);
    expect(problem).toMatchObject({
      offset: 0,
      found: 'shoppers.pay',
    });
    expect(problem?.allowed.slice(0, 2)).toEqual(['shoppers.browse', 'shoppers.buy']);
  });

  it('wants the unit of the metric', () => {
    expect(problems('shoppers.latency.p99 < 5')).toEqual([
      'latency is a duration, but the limit is a number',
    ]);
    expect(problems('shoppers.success > 5s')).toEqual([
      'success is a share, but the limit is a duration',
    ]);
    expect(problems('orders.queue.max < 4KiB')).toEqual([
      'queue is a number, but the limit is a size',
    ]);
    expect(problems('shoppers.success >= 99')).toEqual(['a share above 1: 99']);
    expect(problems('shoppers.latency.p99 < orders.queue.max')).toEqual([
      'latency is a duration, but the limit is a number',
    ]);
    expect(problems('shoppers.success >= 120%')).toEqual(['a share above 1: 120%']);
    expect(problems('shoppers.latency.p99 <= 0')).toEqual([]);
  });

  it('asks steps for what each of them has a figure of', () => {
    expect(problems('shoppers.latency.p99 < 1s always')).toEqual([]);
    expect(problems('shoppers.goodput >= 90% of before always during psp-hang')).toEqual([]);
    expect(problems('shoppers.recovery < 5s always after psp-hang')).toEqual([
      'recovery is one figure for a whole window and has no steps',
    ]);
    expect(problems('cascade.depth < 2 for 50% of steps')).toEqual([
      'depth is one figure for a whole window and has no steps',
    ]);
    expect(problems('shoppers.success > 99% of saved always')).toEqual([
      'a saved figure covers a whole window and has no steps',
    ]);
  });

  it('wants a statistic of a latency and none of a share', () => {
    expect(problems('shoppers.latency < 5s')).toEqual(['latency needs a statistic']);
    expect(problems('shoppers.latency.p42 < 5s')).toEqual(['latency has no p42']);
    expect(problems('shoppers.success.p99 > 1%')).toEqual(['success has no statistics']);
    expect(problems('shoppers.share.timeouts > 1%')).toEqual(['share has no timeouts']);
  });

  it('wants the fault whose recovery is meant, and a fault for the time before', () => {
    expect(problems('shoppers.recovery < 5s')).toEqual(['recovery needs `after FAULT`']);
    expect(problems('shoppers.goodput > 90% of before')).toEqual([
      '`of before` needs `during FAULT` or `after FAULT`',
    ]);
  });

  it('gives a metric only to subjects that have it', () => {
    expect(problems('shoppers.queue.max < 5')).toEqual(['a workload has no metric queue']);
    expect(problems('orders.amplification < 5')).toEqual(['a service has no metric amplification']);
    expect(problems('orders[0].latency.p99 < 5s')).toEqual(['an instance has no metric latency']);
    expect(problems('orders[3].queue.max < 5')).toEqual([
      'orders has 3 instances, numbered from 0 to 2',
    ]);
  });

  it('compares what became of a rollout with words, over the whole run', () => {
    expect(problems('orders.rollout.result == promoted')).toEqual([]);
    expect(problems('orders.rollout.result == done')).toEqual(['unknown limit done']);
    expect(problems('orders.rollout.result > promoted')).toEqual([
      'compare `promoted` with == or !=',
    ]);
    expect(problems('orders.rollout.result < 5')).toEqual(['unknown limit 5']);
    expect(problems('orders.rollout.duration < 5s from 1s to 2s')).toEqual([
      'rollout.duration covers the entire run and has no window',
    ]);
    expect(problems('orders.rollout.result == promoted always')).toEqual([
      'rollout.result is one figure for a whole window and has no steps',
    ]);
    expect(problems('orders.rollout.exposed < 5% from 1s to 2s')).toEqual([]);
  });

  it('names the statistics that a gauge has', () => {
    expect(problems('orders->orders-db.pool.wait.p99 < 50ms')).toEqual([]);
    expect(problems('orders.queue.end < 5')).toEqual(['queue has no end']);
  });

  it('takes four statistics of the processes that run', () => {
    for (const ending of ['', '.mean', '.max', '.min', '.end']) {
      expect(problems(`orders.instances${ending} >= 2`)).toEqual([]);
      expect(problems(`orders[0].instances${ending} >= 1`)).toEqual([]);
    }
    expect(problems('orders.instances.p99 >= 2')[0]).toMatch(/instances has no p99/u);
  });

  it('takes the amplification of the cascade, the largest of any edge', () => {
    expect(problems('cascade.amplification < 5')).toEqual([]);
    expect(problems('cascade.amplification.max < 5')).toEqual(['amplification has no statistics']);
  });

  it('offers the metrics of a component where a part is unknown', () => {
    const [problem] = checkExpression(expressionOf('shoppers.latncy.p99 < 5s'), NAMES);
    expect(problem?.allowed).toContain('shoppers.latency');
  });
});

describe('limits that no run can hold', () => {
  it('are refused where a figure never reaches them', () => {
    expect(problems('shoppers.success > 100%')).toEqual(['success is never above 100%']);
    expect(problems('shoppers.success >= 110%')).toEqual(['a share above 1: 110%']);
    expect(problems('shoppers.success < 0%')).toEqual(['success is never below 0']);
    expect(problems('shoppers.latency.p99 < 0s')).toEqual(['latency is never below 0']);
    for (const text of ['success >= 100%', 'success > 99.9%', 'success <= 0%', 'success >= 0%'])
      expect(problems(`shoppers.${text}`)).toEqual([]);
  });

  const LATENCY = 'shoppers.latency.p99';
  const RECOVERY = 'shoppers.recovery';
  it.each([
    [`${LATENCY} < 1s`, `${LATENCY} > 2s`],
    [`${LATENCY} < 1s`, `${LATENCY} >= 1s`],
    [`${LATENCY} == 1s`, `${LATENCY} != 1s`],
    [`${LATENCY} == 1s`, `${LATENCY} == 2s`],
    [`${LATENCY} < 1s during psp-hang`, `${LATENCY} > 1s during psp-hang in naive`],
    [`${LATENCY} < 1s from 10s to 1m`, `${LATENCY} > 1s from 10s to 60s`],
    [`${LATENCY} < 1s in naive, breaker`, `${LATENCY} > 1s in breaker`],
    [`${LATENCY} < 1s always`, `${LATENCY} > 1s always`],
    [`${LATENCY} < 1s for 60% of steps`, `${LATENCY} > 1s for 50% of steps`],
    [`${RECOVERY} == never after psp-hang`, `${RECOVERY} < 30s after psp-hang`],
    [`${RECOVERY} == never after psp-hang`, `${RECOVERY} != never after psp-hang`],
    ['orders.rollout.result == promoted', 'orders.rollout.result == rolledBack'],
    ['orders.queue > 5', 'orders.queue.mean < 5'],
  ])('are %s and %s', (first, second) => {
    const pair = [first, second].map(expressionOf);
    expect(contradictions(pair)).toEqual([{ first: 0, second: 1 }]);
    expect(contradictions([...pair].reverse())).toEqual([{ first: 0, second: 1 }]);
  });

  it.each([
    [`${LATENCY} < 1s`, `${LATENCY} > 500ms`],
    [`${LATENCY} <= 1s`, `${LATENCY} >= 1s`],
    [`${LATENCY} != 1s`, `${LATENCY} != 2s`],
    [`${LATENCY} < 1s before psp-hang`, `${LATENCY} > 1s during psp-hang`],
    [`${LATENCY} < 1s in naive`, `${LATENCY} > 1s in breaker`],
    [`${LATENCY} < 1s`, 'shoppers.latency.p50 > 2s'],
    [`${LATENCY} < 1s for 40% of steps`, `${LATENCY} > 1s for 50% of steps`],
    [`${LATENCY} < 1s always`, `${LATENCY} > 1s`],
    [`${LATENCY} < 50% of before during psp-hang`, `${LATENCY} > 1s during psp-hang`],
    [`${RECOVERY} == never after psp-hang`, `${RECOVERY} > 30s after psp-hang`],
    ['orders.rollout.result != promoted', 'orders.rollout.result != rolledBack'],
    ['orders.queue.max > 5', 'orders.queue.mean < 5'],
  ])('are not %s and %s', (first, second) => {
    expect(contradictions([first, second].map(expressionOf))).toEqual([]);
  });
});
