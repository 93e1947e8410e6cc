import { afterAll, describe, expect, it } from 'vitest';
import { metric, predict, simulate } from '../../src/index.js';
import { Folder, faultline } from '../cli/harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

/** A queue at 80 % of its capacity: 8 ms at 100/s. */
const text = (comment: string, rate = 100): string => `faultline: 1
title: One queue
run: { duration: 60s, warmup: 5s, replications: 4, seed: 3 }
services:
  web:
    cpu: 1
    endpoints:
      get:
        - work: exponential(8ms)${comment}
workloads:
  users:
    arrivals: poisson(${rate}/s)
    requests: [ { call: web.get } ]
`;
const MEASURED = '  # measured, n = 420, ± 5 %';
const QUESTION = 'users.latency.mean';

describe('predict', () => {
  it('widens an interval by what the inputs may be off', async () => {
    const exact = metric(await simulate(text('')), QUESTION).ci95!;
    const wide = await predict(text(MEASURED), QUESTION, { draws: 40 });
    expect(wide).toMatchObject({ inputs: 1, draws: 40, leftOut: 0 });
    const [low, high] = wide.answers[0]!.ci95!;
    // Right: mean = work / (1 - rate x work), for 8 ms +- 5 %: 31.7 ms to 52.5 ms around 40 ms.
    expect(low).toBeLessThan(0.0335);
    expect(high).toBeGreaterThan(0.048);
    expect(high / low).toBeLessThan(2.5);
    expect(high - low).toBeGreaterThan(1.3 * (exact[1] - exact[0]));
  });

  it('is the interval of the runs without such inputs', async () => {
    const result = metric(await simulate(text('  # guess')), QUESTION);
    const own = await predict(text('  # guess'), QUESTION);
    expect(own).toMatchObject({ inputs: 0, draws: 0 });
    expect(own.answers[0]!.ci95).toEqual(result.ci95);
  });

  it('gives the bytes of ask --draws, which says how many values it drew', async () => {
    const file = folder.put('queue.yaml', text(MEASURED));
    const how = ['ask', file, QUESTION, '--draws', '8', '--quiet'];
    const { stdout, stderr, status } = faultline([...how, '--json', '-']);
    expect(status, stderr).toBe(0);
    const own = await predict(text(MEASURED), QUESTION, { draws: 8 });
    expect(JSON.parse(stdout).answers).toEqual(JSON.parse(JSON.stringify(own.answers)));
    const shown = faultline(how).stdout;
    expect(shown).toContain('It includes the uncertainty of 1 measured value: 8 draws of all');
  });

  it('keeps shares within 1, and counts draws that are not allowed', async () => {
    const share = text('').replace(
      '- work: exponential(8ms)',
      '- work: exponential(2ms)\n        - { wait: 1ms,\n            probability: 0.99  # measured, n = 30, ± 20 %\n          }',
    );
    const own = await predict(share, QUESTION, { draws: 10 });
    expect(own).toMatchObject({ inputs: 1, draws: 10, leftOut: 0 });
  });

  it('refuses too few draws', async () => {
    await expect(predict(text(''), QUESTION, { draws: 2 })).rejects.toThrow('from 5 to 1000');
  });
});
