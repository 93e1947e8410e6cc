import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** A component of its own users, and others whose callee dies from 40 to 60 s. */
const beside = (seed: number, arrivals: string, own: string, fault: string): string => `
faultline: 1
title: Who has nothing to do with it
run: { duration: 120s, warmup: 10s, seed: ${seed} }
services:
  web: { concurrency: 64, endpoints: { get: [ call: own.get ] } }
  own: { ${own} }
  other: { concurrency: 64, endpoints: { get: [ work: 5ms ] } }
workloads:
  users: { arrivals: ${arrivals}, requests: [ { name: get, steps: [ call: web.get ] } ] }
  others: { arrivals: poisson(80/s), requests: [ { name: get, steps: [ call: other.get ] } ] }
faults: [ { id: fault, ${fault}, at: 40s, for: 20s } ]
`;
const HEAVY = [
  'poisson(60/s)',
  'concurrency: 50, endpoints: { get: [ wait: lognormal(p50=20ms p99=600ms) ] }',
] as const;
const QUEUE = [
  'poisson(70/s)',
  'cpu: 1, concurrency: 100, endpoints: { get: [ work: exponential(10ms) ] }',
] as const;
const OWN = new Set(['own', 'web', 'users.get']);
const ill = (text: string): readonly string[] => {
  const { events } = run(text).variant().cascade;
  const starts = events.filter(({ kind }) => ['degraded', 'failing', 'down'].includes(kind));
  return starts.map(({ subject }) => subject).filter((subject) => OWN.has(subject));
};

describe('a component that a fault has nothing to do with', () => {
  it.each([
    ['a heavy tail', HEAVY],
    ['a queue at 70 %', QUEUE],
  ])('is not ill by itself: %s', (_, [arrivals, own]) => {
    for (let seed = 1; seed <= 6; seed++)
      expect(ill(beside(seed, arrivals, own, 'kind: crash, target: other'))).toEqual([]);
  });

  it.each([
    ['a heavy tail, 5 times as slow', HEAVY, 5],
    ['a queue at 70 %, 1.35 times as slow', QUEUE, 1.35],
  ])('is told where the fault is its own: %s', (_, [arrivals, own], factor) => {
    for (let seed = 1; seed <= 3; seed++)
      expect(
        ill(beside(seed, arrivals, own, `kind: slow, target: own, factor: ${factor}`)),
      ).toContain('own');
  });
});
