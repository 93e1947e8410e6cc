import { describe, expect, it } from 'vitest';
import { nodeWords, serviceRows } from '../../src/report/charts/services.js';
import { nodeIn } from '../../src/report/view/nodes.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

const { result } = run(`
faultline: 1
title: Sizes of variants
run: { duration: 20s, replications: 2 }
services:
  api: { replicas: 4, cpu: 1, concurrency: 40, autoscaling: { metric: cpu, target: 60%, min: 4, max: 20 }, endpoints: { get: [ work: 10ms, call: back.get ] } }
  back: { replicas: 3, concurrency: 5, queue: { capacity: 7 }, endpoints: { get: [ work: 1ms ] } }
workloads: { web: { arrivals: constant(50/s), requests: [ { call: api.get } ] } }
variants:
  - { name: asis }
  - { name: fixed, remove: [ services.api.autoscaling ], set: { services.api.replicas: 8, services.api.concurrency: 10 } }
  - { name: unbound, remove: [ services.api.autoscaling, services.back.concurrency ], set: { services.back.replicas: 2 } }
  - { name: wider, set: { services.api.autoscaling.max: 30, services.back.queue.capacity: 9 } }
  - { name: other, set: { services.back: { endpoints: { get: [ work: 1ms ] } }, services.api.endpoints.get: [ work: 5ms ] } }
`);

const words = (name: string): readonly string[] => {
  const variant = result.variants.find((each) => each.name === name)!;
  return result.topology.nodes
    .filter(({ kind }) => kind === 'service')
    .map((node) => `${node.name}: ${nodeWords(nodeIn(variant, node))}`);
};

describe('the sizes of a component', () => {
  it('are those of the variant that is shown', () => {
    expect(words('asis')).toEqual([
      'api: 4 to 20 replicas, 40 slots each',
      'back: 15 slots, queue 21',
    ]);
    expect(words('fixed')).toEqual(['api: 80 slots', 'back: 15 slots, queue 21']);
    expect(words('wider')).toEqual([
      'api: 4 to 30 replicas, 40 slots each',
      'back: 15 slots, queue 27',
    ]);
  });

  it('are those of it whatever way a patch changes them', () => {
    expect(words('unbound')).toEqual(['api: 160 slots', 'back: queue 14']);
    expect(words('other')).toEqual(words('asis'));
  });

  it('are what charts measure slots in use by', () => {
    const view = viewOf(result);
    const slots = result.variants.map((variant) => {
      const { node, scale } = serviceRows(view, variant)[0]!;
      return [variant.name, node.concurrency, scale.replicas];
    });
    expect(slots).toContainEqual(['fixed', 10, 8]);
  });
});
