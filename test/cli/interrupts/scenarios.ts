import { smallScenario } from '../harness.js';

/**
 * A scenario of many services and variants. To read, check, compile, lint, draw, analyse or report it takes time for
 * each of them; to run it takes a moment.
 */
export function largeScenario(services: number, variants: number): string {
  const names = Array.from({ length: services }, (_, i) => `s${i}`);
  const calls = (i: number): string =>
    [20, 40, 60]
      .filter((step) => i + step < services)
      .map((step) => `, { call: s${i + step}.go, probability: 0.01 }`)
      .join('');
  return [
    'faultline: 1',
    'title: Large',
    'run: { duration: 2s, warmup: 0s, seed: 1, replications: 1 }',
    'services:',
    ...names.map(
      (name, i) =>
        `  ${name}: { concurrency: 4, endpoints: { go: [ { work: constant(1ms) }${calls(i)} ] } }`,
    ),
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: s0.go } ] } }',
    'budgets: [ users.success >= 10% ]',
    'variants:',
    ...Array.from(
      { length: variants },
      (_, i) => `  - { name: v${i}, set: { services.s0.concurrency: ${i + 4} } }`,
    ),
    '',
  ].join('\n');
}

/** A small scenario whose runs take this much simulated time. */
export function longScenario(duration: string): string {
  return smallScenario(['people.success >= 99%']).replace('duration: 20s', `duration: ${duration}`);
}
