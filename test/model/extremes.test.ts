import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../src/report/formats/markdown.js';
import { resultText } from '../../src/run/result-text.js';
import { problemsOf, run } from '../theory/program.js';

/** Scenarios by the place that takes the share. */
const PLACES: Readonly<Record<string, (share: string) => string>> = {
  'a failing step': (share) => scenario('', `[ { fail: 500, probability: ${share} }, work: 1ms ]`),
  'a call of some requests': (share) =>
    scenario('', `[ { call: bank.pay, probability: ${share} } ]`),
  'an error fault': (share) =>
    scenario(`faults: [ { id: f, kind: error, target: bank, share: ${share}, at: 1s, for: 1s } ]`),
  'a latency fault': (share) =>
    scenario(
      `faults: [ { id: f, kind: latency, target: bank, add: 5ms, share: ${share}, at: 1s, for: 1s } ]`,
    ),
  'a loss fault': (share) =>
    scenario(`faults: [ { id: f, kind: loss, target: bank, share: ${share}, at: 1s, for: 1s } ]`),
  'a crash of a part of the replicas': (share) =>
    scenario(`faults: [ { id: f, kind: crash, target: bank, share: ${share}, at: 1s, for: 1s } ]`),
  'the chance of a fault': (share) =>
    scenario(
      `faults: [ { id: f, kind: slow, target: bank, factor: 2, probability: ${share}, at: 1s, for: 1s } ]`,
    ),
  'the budget of retries': (share) =>
    scenario(
      `policies: { p: { retry: { attempts: 3, budget: { ratio: ${share} } } } }`,
      '[ { call: bank.pay, policy: p } ]',
    ),
  'the threshold of a breaker': (share) =>
    scenario(
      `policies: { p: { circuitBreaker: { kind: resilience4j, failureRateThreshold: ${share} } } }`,
      '[ { call: bank.pay, policy: p } ]',
    ),
  'the panic threshold': (share) =>
    scenario(
      '',
      '[ { call: bank.pay } ]',
      `loadBalancing: { kind: roundRobin, panicThreshold: ${share} },`,
    ),
};

function scenario(more: string, buy = '[ { call: bank.pay } ]', bank = ''): string {
  return `faultline: 1
title: Extremes
run: { duration: 4s, replications: 2 }
services:
  shop: { concurrency: 8, endpoints: { buy: ${buy} } }
  bank: { replicas: 2, ${bank} concurrency: 4, endpoints: { pay: [ work: exponential(3ms) ] } }
workloads: { users: { arrivals: poisson(200/s), patience: 1s, requests: [ { call: shop.buy } ] } }
budgets: [ users.success >= 0%, users.success <= 100% ]
${more}`;
}

/** What a figure without samples must not become. */
const SENSELESS = /\b(?:NaN|undefined|Infinity)\b|\[object/;

function outputOf(text: string): string {
  const { result } = run(text);
  return resultText(result) + renderMarkdown(result, { command: 'faultline run case.yaml' });
}

describe('shares of nothing and of all', () => {
  const cases = Object.keys(PLACES).flatMap((place) =>
    ['0%', '100%'].map((share) => [place, share] as const),
  );

  it.each(cases)(
    '%s, %s: runs with sensible figures, or is refused with the reason',
    (place, share) => {
      const text = PLACES[place]!(share);
      const problems = problemsOf(text);
      if (problems === '') expect(outputOf(text)).not.toMatch(SENSELESS);
      else expect(problems).toMatch(/ FL20[458] \S+: .{20}/);
    },
  );
});

describe('a run of almost no time', () => {
  it.each(['1ns', '1us', '1ms'])('%s: runs, with figures or none', (duration) => {
    const text = scenario('').replace('duration: 4s', `duration: ${duration}`);
    expect(problemsOf(text)).toBe('');
    expect(outputOf(text)).not.toMatch(SENSELESS);
  });

  it.each(['1ns', '1us'])('%s after a warm-up, without time to drain: too', (duration) => {
    const text = scenario('').replace(
      'duration: 4s',
      `duration: ${duration}, warmup: 1s, drain: 0s`,
    );
    expect(problemsOf(text)).toBe('');
    expect(outputOf(text)).not.toMatch(SENSELESS);
  });
});
