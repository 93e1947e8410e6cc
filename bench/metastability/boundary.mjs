// The largest load from which the reference chain recovers, by bisection, beside the closed form mu / (1 + r): with a
// horizon H after the trigger and a queue Q that the trigger fills, the full queue has to drain within H.
import { resultOf } from './judge.mjs';

const MU = 1000;
const WORKERS = 10;
const QUEUE = 2000;
const HORIZON = 65;
const AT = 20;
const FOR = 5;
const SEEDS = [1, 2, 3];
const STEPS = 6;

/** Lines of the table. */
export function boundaries(retries = [0, 1, 3]) {
  const lines = ['retries  boundary  closed form  off by  verdict above'];
  for (const r of retries) {
    const form = (MU / (1 + r)) * (1 - QUEUE / (MU * HORIZON));
    const { edge, verdicts } = bisect(r, form);
    const off = `${(100 * (edge / form - 1)).toFixed(1)} %`;
    lines.push(
      `${String(r).padStart(7)} ${edge.toFixed(0).padStart(9)} ${form.toFixed(0).padStart(12)} ${off.padStart(7)}  ${verdicts}`,
    );
  }
  return lines;
}

function bisect(r, form) {
  let low = 0.8 * form;
  let high = 1.2 * form;
  let verdicts = '';
  for (let k = 0; k < STEPS; k++) {
    const rate = (low + high) / 2;
    const endings = SEEDS.map((seed) => endingAt(rate, r, seed));
    const back = endings.filter(
      ({ verdict }) => verdict === 'recovered' || verdict === 'slowRecovery',
    ).length;
    if (back * 2 > SEEDS.length) low = rate;
    else {
      high = rate;
      verdicts = [...new Set(endings.map(({ verdict }) => verdict))].join(', ');
    }
  }
  return { edge: (low + high) / 2, verdicts };
}

function endingAt(rate, r, seed) {
  const policy = {
    timeout: '250ms',
    ...(r > 0 ? { retry: { attempts: r + 1, on: ['any'] } } : {}),
  };
  const result = resultOf({
    faultline: 1,
    title: 'the reference chain',
    run: { duration: `${AT + FOR + HORIZON}s`, warmup: '5s', seed },
    services: {
      front: {
        runtime: 'async',
        endpoints: { get: { readOnly: true, steps: [{ call: 'store.get', policy }] } },
      },
      store: {
        concurrency: WORKERS,
        queue: { capacity: QUEUE },
        cancellation: 'ignore',
        endpoints: {
          get: { readOnly: true, steps: [{ wait: `exponential(${(WORKERS * 1000) / MU}ms)` }] },
        },
      },
    },
    workloads: {
      users: {
        arrivals: `poisson(${rate}/s)`,
        patience: '10s',
        requests: [{ name: 'get', call: 'front.get' }],
      },
    },
    faults: [
      { id: 'trigger', kind: 'slow', target: 'store', factor: 20, at: `${AT}s`, for: `${FOR}s` },
    ],
  });
  return result.cascade.endings[0];
}
