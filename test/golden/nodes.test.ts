import { describe, expect, it } from 'vitest';
import { JOURNAL, NODE_STATE } from '../../src/contracts/record/record.js';
import { problemsOf } from '../theory/program.js';
import { endings, states } from './states.js';
import { golden } from './tracing.js';
import type { Traced } from './tracing.js';

interface Setting {
  readonly nodes: string;
  readonly service?: string;
  readonly faults?: string;
  readonly network?: string;
  readonly more?: string;
  readonly length?: string;
}

/** One service `s` on nodes of two cores each; an instance takes one core. */
const onNodes = ({ nodes, service, faults, network, more, length }: Setting): Traced =>
  golden(text({ nodes, service, faults, network, more }), length ?? '1000s');

const text = ({ nodes, service, faults, network, more }: Setting): string => `
platform: { kind: kubernetes, nodes: { ${nodes} } }
${network ?? ''}
services:
  s: { resources: { requests: { cpu: 1 } }, lifecycle: { startup: 5s }, ${service ?? 'replicas: 2'}, endpoints: { serve: [ work: 1ms ] } }
${more ?? ''}
workloads:
  users: { arrivals: constant(1/s), requests: [ { call: s.serve, policy: { timeout: 500ms } } ] }
faults: [ ${faults ?? ''} ]
`;

/** Changes of the nodes: `1 died 60`. */
const nodeStates = ({ ran }: Traced): string[] => {
  const { timeNs, kind, subject, value } = ran.records[0]![0]!.journal;
  const words = Object.entries(NODE_STATE);
  return [...timeNs].flatMap((at, k) => {
    if (kind[k] !== JOURNAL.node) return [];
    const [word] = words.find(([, state]) => state === value[k])!;
    return [`${subject[k]} ${word} ${at / 1e9}`];
  });
};

describe('the loss of a node', () => {
  const dead = (more: string): string =>
    `{ id: dead, kind: crash, target: 'nodes[0]', at: 60s, ${more} }`;

  it('is noticed after the grace period; its instances are made elsewhere five minutes later', () => {
    const traced = onNodes({ nodes: 'count: 2, cpu: 2', faults: dead('for: none') });
    expect(nodeStates(traced)).toEqual(['0 died 60', '0 lost 110', '0 evicted 410']);
    // 60 + 50 + 300 s, and 5 s of start-up.
    expect(states(traced)).toEqual(['down 60', 'up 415']);
    expect(states(traced, 1)).toEqual([]);
  });

  it('ends with the node: its containers start again there', () => {
    const traced = onNodes({ nodes: 'count: 2, cpu: 2', faults: dead('for: 100s') });
    expect(nodeStates(traced)).toEqual(['0 died 60', '0 lost 110', '0 ready 160']);
    expect(states(traced)).toEqual(['down 60', 'up 165']);
  });

  it('takes the times that the file says', () => {
    const nodes = 'count: 2, cpu: 2, grace: 40s, eviction: 30s';
    expect(states(onNodes({ nodes, faults: dead('for: none') }))).toEqual(['down 60', 'up 135']);
  });

  it('leaves instances pending until there is room', () => {
    const traced = onNodes({
      nodes: 'count: 2, cpu: 1',
      faults: dead('for: 500s'),
    });
    expect(states(traced)).toEqual(['down 60', 'pending 410', 'scheduled 560', 'up 565']);
  });

  it('gets no answer from its instances until it is noticed', () => {
    const traced = onNodes({
      nodes: 'count: 2, cpu: 2',
      faults: dead('for: none'),
      network: '',
      length: '200s',
    });
    const lost = traced.requests.filter(({ outcome }) => outcome !== 'ok');
    // From 60 s to 109 s every second request goes to the dead one.
    expect(lost).toHaveLength(25);
  });

  it('of every node evicts nothing, and of most nodes of a zone neither', () => {
    const all = `{ id: dead, kind: crash, target: nodes, at: 60s, for: 600s }`;
    const everyone = onNodes({ nodes: 'count: 3, cpu: 2', faults: all });
    expect(nodeStates(everyone).filter((word) => word.includes('evicted'))).toEqual([]);
    const three = `{ id: dead, kind: crash, target: nodes, instances: [0, 1, 2], at: 60s, for: 600s }`;
    const most = onNodes({ nodes: 'count: 5, cpu: 2', faults: three });
    expect(nodeStates(most).filter((word) => word.includes('evicted'))).toEqual([]);
    // Three of six are less than 55 %: one every ten seconds.
    const half = onNodes({ nodes: 'count: 6, cpu: 2', faults: three });
    expect(nodeStates(half).filter((word) => word.includes('evicted'))).toEqual([
      '0 evicted 410',
      '1 evicted 420',
      '2 evicted 430',
    ]);
  });
});

describe('a drained node', () => {
  const drain = (more = 'for: 300s'): string =>
    `{ id: drain, kind: stop, target: 'nodes[0]', at: 60s, ${more} }`;

  it('loses its instances at once, which are made elsewhere next to them', () => {
    const traced = onNodes({ nodes: 'count: 2, cpu: 2', faults: drain() });
    expect(nodeStates(traced)).toEqual(['0 cordoned 60', '0 uncordoned 360']);
    expect(states(traced)).toEqual(['leaving 60', 'down 60', 'up 65']);
    expect(endings(traced)).toEqual(['drained 60']);
  });

  it('waits for the budget: one after the other, asked every five seconds', () => {
    const service = 'replicas: 4, disruptionBudget: { maxUnavailable: 1 }';
    const traced = onNodes({ nodes: 'count: 3, cpu: 4', service, faults: drain() });
    // On three nodes the first has 0 and 3. The new one needs 5 s, and the next request comes at that time.
    expect(states(traced, 0)).toEqual(['leaving 60', 'down 60', 'up 65']);
    expect(states(traced, 3)).toEqual(['leaving 65', 'down 65', 'up 70']);
    const without = onNodes({ nodes: 'count: 3, cpu: 4', service: 'replicas: 4', faults: drain() });
    expect(states(without, 3)).toEqual(['leaving 60', 'down 60', 'up 65']);
  });

  it('is blocked by a budget that allows nothing', () => {
    for (const budget of ['minAvailable: 100%', 'maxUnavailable: 0']) {
      const service = `replicas: 4, disruptionBudget: { ${budget} }`;
      const traced = onNodes({ nodes: 'count: 3, cpu: 4', service, faults: drain() });
      expect(states(traced, 0)).toEqual([]);
    }
  });

  it('takes instances again when the drain is over', () => {
    const traced = onNodes({ nodes: 'count: 2, cpu: 1', faults: drain() });
    expect(states(traced)).toEqual([
      'leaving 60',
      'pending 60',
      'down 60',
      'scheduled 360',
      'up 365',
    ]);
  });
});

describe('the room of nodes', () => {
  it('leaves instances pending from the start', () => {
    const traced = onNodes({ nodes: 'count: 1, cpu: 2', service: 'replicas: 3' });
    expect(states(traced, 2)).toEqual(['down 0', 'pending 0']);
    const more = onNodes({ nodes: 'count: 1, cpu: 2, max: 2', service: 'replicas: 3' });
    expect(states(more, 2)).toEqual(['down 0', 'pending 0', 'scheduled 10', 'up 15']);
  });

  it('counts memory too', () => {
    const service = 'replicas: 3, resources: { requests: { memory: 1GiB } }';
    const own = text({ nodes: 'count: 1, memory: 2GiB', service }).replace(
      'resources: { requests: { cpu: 1 } }, ',
      '',
    );
    const traced = golden(own, '10s');
    expect([0, 1, 2].map((replica) => states(traced, replica).length)).toEqual([0, 0, 2]);
  });

  it('is that of the own zone', () => {
    const traced = onNodes({
      nodes: 'count: 2, cpu: 2, zone: { a: 2 }',
      network: 'network: { zones: { a: {}, b: {} } }',
      service: 'replicas: 2, zone: a',
      faults: `{ id: dead, kind: crash, target: nodes, zone: a, instances: [1], at: 60s, for: none }`,
    });
    expect(states(traced, 1)).toEqual(['down 60', 'up 415']);
  });
});

describe('the cluster autoscaler', () => {
  it('orders a node at its next scan, and removes it ten minutes after it is needed', () => {
    const traced = onNodes({
      nodes: 'count: 1, cpu: 2, max: 3, provisioning: 60s',
      service:
        'autoscaling: { kind: hpa, metric: rate, target: 5/s, min: 1, max: 4, scaleDown: { stabilization: 0s } }',
      length: '1000s',
      more: '',
      faults: '{ id: surge, kind: load, target: users, factor: 15, at: 10s, for: 100s }',
    });
    // At 15 s 5.7/s wants two; at 30 s 15/s wants three, of which one has no room when the cluster autoscaler scans.
    // At 120 s it leaves again, which the scan at 130 s sees.
    expect(nodeStates(traced)).toEqual(['1 ordered 30', '1 ready 90', '1 removed 730']);
  });
});

describe('wrong files', () => {
  const of = (setting: Setting): string =>
    problemsOf(`
faultline: 1
title: Wrong
run: { duration: 10s }
${text(setting)}`);

  it('say where, and what to write', () => {
    expect(of({ nodes: 'count: 2, cpu: 0.5' })).toContain(
      'no node can hold an instance: it requests 1 cores',
    );
    expect(of({ nodes: 'count: 2, max: 1' })).toContain('max, 1, is less than count, 2');
    expect(of({ nodes: 'count: 2, provisioning: 1m' })).toContain('no node is ever added');
    const faults = `{ id: d, kind: crash, target: 'nodes[5]', at: 1s, for: 1s }`;
    expect(of({ nodes: 'count: 2', faults })).toContain('there are 2 nodes, numbered from 0 to 1');
    const hang = `{ id: d, kind: hang, target: nodes, at: 1s, for: 1s }`;
    expect(of({ nodes: 'count: 2', faults: hang })).toContain('hang cannot target nodes');
    const network = 'network: { zones: { a: {}, b: {} } }';
    expect(of({ nodes: 'count: 2, zone: a', network })).toContain(
      's has instances in zone b, where no node is',
    );
    expect(of({ nodes: 'count: 2, zone: { a: 2, b: 1 }', network })).toContain(
      'the counts of zone add up to 3, but there are 2 nodes',
    );
    const both = 'replicas: 2, disruptionBudget: { minAvailable: 1, maxUnavailable: 1 }';
    expect(of({ nodes: 'count: 2', service: both })).toContain(
      'exactly one of minAvailable and maxUnavailable',
    );
    const own = 'resources: { requests: { cpu: 2 } }';
    const versions = `replicas: { v1: 1, v2: 1 }, versions: { v1: {}, v2: { ${own} } }`;
    expect(of({ nodes: 'count: 2', service: versions })).toContain(
      'nodes have the same room for each instance of s, whatever its version: write requests in s only',
    );
  });
});
