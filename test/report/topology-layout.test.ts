import { describe, expect, it } from 'vitest';
import { place } from '../../src/report/topology/topology-layout.js';
import { beforeEnd, pathOf } from '../../src/report/topology/topology-routes.js';
import { crossings, dotsOf, overlap, passes } from '../support/drawn-lines.js';
import { shippedGraphs } from '../support/shipped-graphs.js';

const GRAPHS = shippedGraphs();

describe.each(['LR', 'TB'] as const)('a topology from %s', (direction) => {
  const placed = GRAPHS.map(({ title, nodes, edges, groups }) => {
    const map = place(nodes, edges, direction, groups);
    return { title, map, lines: map.edges.map(({ points }) => dotsOf(pathOf(points, direction))) };
  });

  it('has no line behind a box that is not one of its ends', () => {
    const hidden = placed.flatMap(({ title, map, lines }) =>
      map.edges.flatMap(({ from, to }, i) =>
        [...map.nodes]
          .filter(([name, box]) => name !== from && name !== to && passes(lines[i]!, box))
          .map(([name]) => `${title}: ${from} -> ${to} behind ${name}`),
      ),
    );
    expect(hidden).toEqual([]);
  });

  it('has its boxes beside each other, and all of it inside the drawing', () => {
    const wrong = placed.flatMap(({ title, map }) => {
      const boxes = [...map.nodes];
      const meeting = boxes.filter(([, box], i) =>
        boxes.slice(i + 1).some(([, other]) => overlap(box, other)),
      );
      const outside = boxes.filter(
        ([, { x, y, width, height }]) =>
          x - width / 2 < 0 ||
          y - height / 2 < 0 ||
          x + width / 2 > map.width ||
          y + height / 2 > map.height,
      );
      const ends = map.edges.filter(({ points }) =>
        points.some(({ x, y }) => x < 0 || y < 0 || x > map.width || y > map.height),
      );
      return [
        ...[...meeting, ...outside].map(([name]) => `${title}: ${name}`),
        ...ends.map(({ from, to }) => `${title}: ${from} -> ${to}`),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it('has few lines that cross each other', () => {
    const counted = new Map(placed.map(({ title, lines }) => [title, crossings(lines)]));
    const shared = [...counted].filter(([, pairs]) => pairs > 6).map(([title]) => title);
    // Five layers of six services, in rings: at least five crossings between two layers.
    expect(shared).toEqual(['thirty']);
    expect(counted.get('thirty')).toBeLessThanOrEqual(22);
    expect(counted.get('scenarios/shop.yaml')).toBe(0);
  });

  it('is the same for nodes and edges in another order', () => {
    for (const { nodes, edges, groups } of GRAPHS.slice(-20)) {
      const again = place([...nodes].reverse(), [...edges].reverse(), direction, groups);
      const { nodes: spots, ...map } = place(nodes, edges, direction, groups);
      expect({ ...again, nodes: null }).toEqual({ ...map, nodes: null });
      expect(new Map(again.nodes)).toEqual(new Map(spots));
    }
  });
});

it('draws a cache that is called and looked up with one line, and marks lines near their ends', () => {
  const nodes = ['catalog', 'cache'].map((name) => ({
    name,
    kind: 'service' as const,
    external: false,
  }));
  const edge = { from: 'catalog', to: 'cache' };
  const { edges } = place(nodes, [edge, edge], 'LR');
  expect(edges).toHaveLength(1);
  const [{ points }] = edges as [(typeof edges)[number]];
  const tip = points.at(-1)!;
  expect(beforeEnd(points, 'LR', 12)).toEqual({ x: tip.x - 12, y: tip.y });
});
