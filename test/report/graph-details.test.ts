import { describe, expect, it } from 'vitest';
import { textWidth } from '../../src/report/drawing/draw.js';
import { linesOf, place, SHARE_LINE } from '../../src/report/topology/topology-layout.js';
import { broken, pathOf } from '../../src/report/topology/topology-routes.js';
import { dotsOf, overlap, passes, type Rectangle } from '../support/drawn-lines.js';
import { detailedGraph, detailedGraphs } from '../support/shipped-graphs.js';
import { graphDot, graphMermaid, graphSvg } from '../../src/report/graph/graph.js';

const GRAPHS = detailedGraphs();

describe('a topology with its policies', () => {
  const placed = GRAPHS.map(({ title, nodes, edges, groups }) => ({
    title,
    map: place(nodes, edges, 'LR', groups),
  }));

  it('has words that overlap no other words, no box and no name of a group', () => {
    const wrong = placed.flatMap(({ title, map }) => {
      const words = map.edges.flatMap(({ from, to, spot }) =>
        spot === undefined ? [] : [[`${from} -> ${to}`, spot] as const],
      );
      const names = map.boxes.map((box): readonly [string, Rectangle] => {
        const width = textWidth(box.name, 12);
        const [left, top] = [box.x - box.width / 2 + 8, box.y - box.height / 2];
        return [box.name, { x: left + width / 2, y: top + 10, width, height: 12 }];
      });
      const others = [...words, ...names, ...map.nodes];
      return words.flatMap(([name, spot], i) =>
        others
          .filter(([, other], k) => k !== i && overlap(spot, other))
          .map(([other]) => `${title}: ${name} over ${other}`),
      );
    });
    expect(wrong).toEqual([]);
  });

  it('has room for each line of words', () => {
    for (const { map } of placed) {
      for (const edge of map.edges) {
        const lines = linesOf(edge);
        if (edge.spot === undefined) expect(lines).toEqual([]);
        else {
          const widest = Math.max(...lines.map(({ text }) => textWidth(text, 12)));
          expect(edge.spot.width).toBeGreaterThanOrEqual(widest);
          expect(edge.spot.height).toBeGreaterThanOrEqual(lines.length * SHARE_LINE);
        }
      }
    }
  });

  it('has no line through words or behind a box', () => {
    const hidden = placed.flatMap(({ title, map }) => {
      const places = [
        ...[...map.nodes].map(([name, box]) => ({ name, box, ends: [name] })),
        ...map.edges.flatMap(({ from, to, spot }) =>
          spot === undefined ? [] : [{ name: `words of ${from} -> ${to}`, box: spot, ends: [] }],
        ),
      ];
      return map.edges.flatMap(({ from, to, points, spot }) => {
        const pieces = spot === undefined ? [points] : broken(points, spot);
        const lines = pieces.map((piece) => dotsOf(pathOf(piece, 'LR')));
        return places
          .filter(({ ends }) => !ends.includes(from) && !ends.includes(to))
          .filter(({ box }) => lines.some((line) => passes(line, box)))
          .map(({ name }) => `${title}: ${from} -> ${to} behind ${name}`);
      });
    });
    expect(hidden).toEqual([]);
  });
});

const SHOP = `
faultline: 1
title: Words
run: { duration: 10s, warmup: 1s, seed: 1, replications: 1 }
policies:
  calls:
    timeout: 250ms
    retry: { attempts: 3, backoff: { kind: constant, base: 10ms } }
    circuitBreaker: { kind: gobreaker, interval: 5s, timeout: 5s, maxRequests: 3, tripAfter: { failureRatio: 50%, minRequests: 10 } }
    bulkhead: { maxConcurrent: 16 }
services:
  shop:
    replicas: 3
    concurrency: 64
    queue: { capacity: 1200 }
    outbound: { default: calls }
    endpoints: { get: [ call: back.get, publish: events ] }
  back: { autoscaling: { metric: cpu, target: 50%, min: 2, max: 8 }, cpu: { cores: 1 }, endpoints: { get: [ work: 1ms ] } }
  sink: { endpoints: { take: [ work: 1ms ] } }
topics:
  events: { kind: kafka, partitions: 4, subscribers: [ { group: sink, call: sink.take } ] }
workloads:
  users: { arrivals: poisson(100/s), requests: [ { name: get, call: shop.get, patience: 2s } ] }
faults:
  - { id: slow, kind: slow, target: back, factor: 3, at: 2s, for: 2s }
  - { id: lost, kind: loss, target: shop->back, share: 10%, at: 2s, for: 2s }
`;

describe('the details of a topology', () => {
  const graph = detailedGraph('a.yaml', SHOP);
  const wordsOf = (from: string, to: string) =>
    graph.edges.find((edge) => edge.from === from && edge.to === to)!;
  const belowOf = (name: string) => graph.nodes.find((node) => node.name === name)!;

  it('are the policies of a call, its rate, and a fault of the line', () => {
    expect(wordsOf('shop', 'back').words).toEqual(['250 ms, 3x, breaker', 'bulkhead 16', '100/s']);
    expect(wordsOf('shop', 'back').faults).toEqual(['10 % of the messages of shop->back are lost']);
    expect(wordsOf('users', 'shop').words).toEqual(['patience 2 s', '100/s']);
  });

  it('are the rate of a call that the handler of a message makes', () => {
    const calling = SHOP.replace(
      /sink: \{[^\n]*\}/,
      'sink: { endpoints: { take: [ call: back ] } }',
    );
    const own = detailedGraph('a.yaml', calling).edges.find(({ from }) => from === 'sink')!;
    expect(own.words).toEqual(['no time limit', '100/s']);
  });

  it('are none of a message, which is drawn with dots', () => {
    expect(wordsOf('shop', 'events')).toMatchObject({ isMessage: true, words: [], faults: [] });
    expect(graphMermaid(graph)).toContain('n2 -.-> n1');
    expect(graphDot(graph)).toContain('"shop" -> "events" [style=dotted];');
    expect(graphSvg(graph)).toContain('message, delivered later');
    const calls = { ...graph, edges: graph.edges.filter(({ isMessage }) => isMessage !== true) };
    expect(graphSvg(calls)).not.toContain('message, delivered later');
  });

  it('are the instances and limits of a component, and its faults', () => {
    expect(belowOf('shop').below).toEqual(['x3, 64 slots, queue 1,200']);
    expect(belowOf('back')).toMatchObject({
      below: ['x2..8, 1 core'],
      faults: ['back 3x slower'],
    });
    expect(belowOf('events').below).toEqual(['4 partitions']);
    expect(belowOf('users').below).toEqual(['100/s']);
  });

  it('are what is in effect: no time limit, one over all attempts, and that of a proxy', () => {
    const bare = detailedGraph('a.yaml', SHOP.replace('    timeout: 250ms\n', ''));
    expect(bare.edges.find(({ to }) => to === 'back')!.words![0]).toBe(
      'no time limit, 3x, breaker',
    );
    const late = detailedGraph(
      'a.yaml',
      SHOP.replace('    timeout: 250ms\n', '    deadline: 2s\n'),
    );
    expect(late.edges.find(({ to }) => to === 'back')!.words![0]).toBe('deadline 2 s in all, 3x');
    const mesh = GRAPHS.find(({ title }) => title.endsWith('/mesh-retries.yaml'))!;
    const words = mesh.edges.find(({ to }) => to === 'ratings')!.words!;
    expect(words.join(', ')).toContain('proxy');
  });

  it('are below the drawing for a fault of the nodes, which strikes no component of its own', () => {
    const graph = GRAPHS.find(({ title }) => title.endsWith('/node-loss.yaml'))!;
    expect(graph.faults).toHaveLength(1);
    expect(graph.nodes.flatMap(({ faults }) => faults)).toEqual([]);
    expect(graphSvg(graph)).toContain(graph.faults![0]!);
  });
});
