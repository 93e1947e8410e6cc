import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import { run } from '../theory/program.js';
import { PAGE } from '../support/page.js';

/** 100 messages/s of 8 ms each for one consumer that is away for a second: it has 100 to catch up with. */
const BACKLOG = `
faultline: 1
title: A consumer that is away
run: { duration: 10s }
topics:
  jobs:
    kind: kafka
    subscribers: [ { group: workers, call: worker.handle, commit: afterEach, rebalance: { staticMembership: true } } ]
services:
  worker: { endpoints: { handle: [ work: 8ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: submit, steps: [ publish: jobs ] } ] }
faults: [ { id: away, kind: crash, target: worker, at: 2s, for: 1s } ]
`;

describe('figures beside requests and edges', () => {
  const { result } = run(BACKLOG);
  const metered = result.variants[0]!.metered;

  /** The result with another count of handled messages. */
  const withConsumed = (total: number): typeof result => {
    const own = metered['jobs.workers']!;
    const consumed = { ...own.meters['consumed']!, total } as (typeof own.meters)[string];
    const changed = { ...own, meters: { ...own.meters, consumed } };
    const variants = result.variants.map((variant) => ({
      ...variant,
      metered: { ...variant.metered, 'jobs.workers': changed },
    }));
    return { ...result, variants };
  };

  it('are in the result by subject and name', () => {
    expect(Object.keys(metered).sort()).toEqual(['jobs', 'jobs.workers']);
    const { lag, age, delay, consumed } = metered['jobs.workers']!.meters;
    expect(lag).toMatchObject({ form: 'gauge', max: 101 });
    // The message published just before the crash waits the longest: a second and its handling.
    expect(age).toMatchObject({ form: 'gauge' });
    expect(age?.form === 'gauge' && age.max).toBeCloseTo(1.008, 2);
    expect(consumed).toMatchObject({ form: 'counter', total: 999 });
    expect(delay).toMatchObject({ form: 'durations', count: 999 });
    // One every 10 ms before the end makes 999. It catches up by 2 ms with each: 101 are handled in half a second.
    expect(lag?.form === 'gauge' && lag.steps.slice(-1)[0]).toBeLessThan(1);
  });

  it('make a section of the page, with a title that says the worst', () => {
    const page = renderHtml(result, PAGE);
    expect(page).toContain('id="messages"');
    expect(page).toContain('Up to 101 messages wait for jobs.workers');
    expect(page).toContain('messages not yet handled');
  });

  it('have every digit of a large mean of counts, so that the ends of sagas make up their beginnings', () => {
    const page = renderHtml(withConsumed(12_445.25), PAGE);
    expect(page).toMatch(/>\s*12,445\s*</);
    expect(renderHtml(withConsumed(8.25), PAGE)).toMatch(/>\s*8\.25\s*</);
  });

  it('leave the section out where there are none', () => {
    const without = {
      ...result,
      variants: result.variants.map((variant) => ({ ...variant, metered: {} })),
    };
    expect(renderHtml(without, PAGE)).not.toContain('id="messages"');
  });
});
