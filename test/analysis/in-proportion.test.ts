import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { compile } from '../../src/plan/compile.js';
import { suggested } from '../../src/plan/interventions/index.js';
import { runHere } from '../../src/run/here.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import { load } from '../theory/program.js';

/** Growth of the work for four times the size: in proportion, with some room. */
const GROWTH = 6;

/** Ten layers of services, each of which calls three of the next layer. */
function layers(count: number): string {
  const wide = count / 10;
  const services = Array.from({ length: count }, (_, index) => {
    const [layer, place] = [Math.floor(index / wide), index % wide];
    const callees = layer === 9 ? [] : [0, 1, 2].map((k) => (3 * place + 7 * k) % wide);
    const calls = callees.map(
      (to) => `{ call: s${(layer + 1) * wide + to}.get, policy: { timeout: 1s } }`,
    );
    return `  s${index}: { concurrency: 16, endpoints: { get: [ ${['work: 1ms', ...calls].join(', ')} ] } }`;
  });
  return scenario(services, ['s0.get']);
}

/** Two services, and each endpoint of one calls one of the other. No request is in time. */
function endpoints(count: number): string {
  const all = Array.from({ length: count }, (_, k) => k);
  const front = all.map(
    (k) => `e${k}: [ work: 1ms, { call: back.e${k}, policy: { timeout: 1s } } ]`,
  );
  const back = all.map((k) => `e${k}: [ work: 1s ]`);
  const services = [
    `  front: { concurrency: 16, endpoints: { ${front.join(', ')} } }`,
    `  back: { concurrency: 2, endpoints: { ${back.join(', ')} } }`,
  ];
  return scenario(
    services,
    all.map((k) => `front.e${k}`),
  );
}

function scenario(services: readonly string[], targets: readonly string[]): string {
  const requests = targets.map((to, k) => `{ name: r${k}, call: ${to} }`).join(', ');
  return `faultline: 1
title: growth
run: { duration: 2s }
services:
${services.join('\n')}
workloads:
  users: { arrivals: constant(10/s), patience: 500ms, requests: [ ${requests} ] }
`;
}

/** Number of entries of the lists of a plan that the analysis of one run and its candidates read. */
function reads(text: string): number {
  const file = load(text);
  const [variant] = file.variants;
  const plan = compile(variant, file);
  const records = runHere([plan], 1);
  let count = 0;
  const counted = <T extends object>(list: T): T =>
    new Proxy(list, {
      get(target, key, receiver) {
        if (typeof key === 'string' && key >= '0' && key <= '9:') count++;
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  const watched: Plan = {
    ...plan,
    edges: counted(plan.edges),
    statEdges: counted(plan.statEdges),
    links: counted(plan.links),
    parts: counted(plan.parts),
    components: counted(plan.components),
  };
  const result = summarise(file, [watched], records, 'test');
  suggested(watched, result.variants[0]);
  return count;
}

describe('the analysis of four times as many', () => {
  it.each([
    ['services', layers],
    ['endpoints', endpoints],
  ])('%s reads the plan about four times as often', (_, text) => {
    const [small, large] = [reads(text(40)), reads(text(160))];
    expect(small).toBeGreaterThan(1000);
    expect(large / small).toBeLessThan(GROWTH);
  });
});

describe('the record of many services of which few are called', () => {
  const file = load(layers(100).replace('duration: 2s', 'duration: 1s'));
  const plan = compile(file.variants[0], file);
  const [[record]] = runHere([plan], 1);

  it.each([
    ['as the run returns it', record],
    ['as another thread gets it', structuredClone(record)],
  ])('shares its columns of zeros and its empty histograms, %s', (_, { edges }) => {
    const idle = edges.filter(({ calls }) => calls.every((count) => count === 0));
    expect(idle.length).toBeGreaterThan(edges.length / 4);
    expect(new Set(idle.map(({ outcomes }) => outcomes)).size).toBe(1);
    expect(new Set(idle.map(({ wastedNs }) => wastedNs)).size).toBe(1);
    expect(new Set(edges.map(({ counters }) => counters)).size).toBe(1);
    expect(new Set(idle.flatMap(({ latency }) => latency)).size).toBe(1);
  });
});
