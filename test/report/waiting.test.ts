import { describe, expect, it } from 'vitest';
import { lanesOf } from '../../src/report/view/lanes.js';
import { stateWords } from '../../src/report/charts/topology.js';
import { cascadeFinding, propagationFinding } from '../../src/report/words/findings-cascade.js';
import { framesOf } from '../../src/report/charts/topology-frames.js';
import { mapsOf } from '../../src/report/charts/topology.js';
import { storyBlocks } from '../../src/report/story/blocks.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

/** 60/s for two consumers of 20 ms, which stop. They join again 45 s later, and drain 40/s of 2,700 messages. */
const { result } = run(`faultline: 1
title: Work that waits
run: { duration: 80s, warmup: 5s, seed: 3 }
services:
  shop: { concurrency: 100, endpoints: { buy: [ publish: orders ] } }
  mail: { replicas: 2, concurrency: 1, endpoints: { send: [ wait: 20ms ] } }
topics: { orders: { kind: kafka, partitions: 2, subscribers: [ { group: mailers, call: mail.send } ] } }
workloads: { users: { arrivals: constant(60/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: stop, kind: crash, target: mail, at: 20s, for: 30s } ]
`);
const view = viewOf(result);
const [variant] = view.result.variants;
const LAST = variant!.timeline.steps - 1;

describe('a component for which messages wait', () => {
  const backlog = variant!.cascade.events.find(({ kind }) => kind === 'backlog')!;
  const left = variant!.cascade.events.find(({ ends }) => ends === 'backlog')!;

  it('is where they are, and the one that handles them', () => {
    expect(backlog.places).toEqual(['orders', 'mail']);
    expect(left.text).toMatch(/^[\d,]+ messages still wait at 80 s$/u);
  });

  it('is degraded to the end in its lane, with their number', () => {
    const lane = lanesOf(view, variant!).find(({ subject }) => subject === 'mail')!;
    const last = lane.intervals[lane.intervals.length - 1]!;
    expect(last).toMatchObject({ state: 'degraded', until: 80 });
    expect(lane.backlogs.map(({ words }) => words)).toEqual([left.text]);
  });

  it('is degraded on the map, in each of its pictures', () => {
    for (const name of ['orders', 'mail'])
      expect(stateWords(variant!, name, LAST)).toBe(`degraded (${left.text})`);
    expect(stateWords(variant!, 'shop', LAST)).toBe('ok');
    const map = mapsOf(view).wide;
    const nodes = view.result.topology.nodes.filter(({ name }) => map.nodes.has(name));
    const states = framesOf(view, variant!, map).states.split(' ');
    const ends = nodes.map(({ name }, i) => [name, states[i]!.replace(/\*\d+,$/u, '').at(-1)]);
    expect(Object.fromEntries(ends)).toMatchObject({ orders: 'd', mail: 'd', shop: 'o' });
  });

  it('is named in the headings', () => {
    const findings = [propagationFinding, cascadeFinding];
    for (const finding of findings) expect(finding(view, variant!)).toContain(left.text);
  });
});

describe('the account of a run in which no request fails', () => {
  const text = storyBlocks(result, { source: 'a.yaml' })
    .flatMap((block) => (block.kind === 'list' ? block.items : []))
    .join('\n');

  it('has no success that comes back, but a backlog that does not', () => {
    expect(text).not.toContain('Success is back');
    expect(text).toMatch(
      /orders\.mailers has not caught up: [\d,]+ messages still wait at 80 s\./u,
    );
  });
});
