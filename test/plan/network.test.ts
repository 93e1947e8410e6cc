import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { Network, NetworkLink } from '../../src/contracts/scenario/network.js';
import {
  call,
  constant,
  fileOf,
  ms,
  request,
  scenario,
  service,
  work,
  workload,
} from '../support/scenario.js';

/** `users` outside every zone call `a` in east and west, which calls `b` in west. */
function planOf(network: Partial<Network>): Plan {
  const { variant, file } = fileOf(
    scenario({
      network,
      services: [
        service('a', { run: [call('b.run')] }, { zones: ['west', 'east', 'west'] }),
        service('b', { run: [work(1)] }, { zones: ['west'] }),
      ],
      workloads: [workload('users', [request('go', [call('a.run')])])],
    }),
  );
  return compile(variant, file);
}

/** `from>to at zone>zone: request/answer latency in ms` of every link. */
function linksOf(plan: Plan): readonly string[] {
  const zones = ['east', 'west'];
  const latency = (id: number): number => {
    const law = plan.distributions[id]!;
    return law.kind === 'constant' ? law.valueNs / ms(1) : NaN;
  };
  return plan.links.map((link) => {
    const { from, to } = plan.statEdges[link.stat]!;
    const name = (part: number) => plan.components[plan.parts[part]!.component]!.name;
    const zone = (index: number) => zones[index] ?? 'outside';
    return (
      `${name(from)}>${name(to)} ${zone(link.fromZone)}>${zone(link.toZone)} ` +
      `${latency(link.latency)}/${latency(link.answerLatency)}`
    );
  });
}

const link = (x: string, y: string, value: number, oneWay = false): NetworkLink => ({
  between: [x, y],
  latency: constant(ms(value)),
  bandwidth: null,
  loss: null,
  idleTimeoutNs: null,
  afterIdle: 'drop',
  oneWay,
});

describe('links', () => {
  it('exist for each measured edge and each pair of zones that has instances', () => {
    expect(linksOf(planOf({ latency: constant(ms(1)) }))).toEqual([
      'a>b east>west 1/1',
      'a>b west>west 1/1',
      'users>a outside>east 1/1',
      'users>a outside>west 1/1',
    ]);
  });

  it('are found from an edge by the zones of caller and callee', () => {
    const plan = planOf({});
    expect(plan.edges.map((edge) => [...edge.links])).toEqual([
      // Rows: caller outside, east, west; columns: callee outside, east, west.
      [-1, -1, -1, -1, -1, 0, -1, -1, 1],
      [-1, 2, 3, -1, -1, -1, -1, -1, -1],
    ]);
  });

  it('have the latency of the zone inside one zone', () => {
    const zones = new Map([['west', { latency: constant(ms(2)), loss: 0.1, region: null }]]);
    const plan = planOf({ latency: constant(ms(1)), loss: 0.2, zones });
    expect(linksOf(plan)[0]).toBe('a>b east>west 1/1');
    expect(linksOf(plan)[1]).toBe('a>b west>west 2/2');
    expect(plan.links.map((it) => it.loss)).toEqual([0.2, 0.1, 0.2, 0.2]);
  });

  it('take the most specific pair: a component over a zone, then the later one', () => {
    const links = [
      link('a', 'b', 9),
      link('a', 'west', 7),
      link('east', 'west', 5),
      link('west', 'east', 6),
    ];
    expect(linksOf(planOf({ links: links.slice(2) }))[0]).toBe('a>b east>west 6/6');
    expect(linksOf(planOf({ links: links.slice(1) }))[0]).toBe('a>b east>west 7/7');
    expect(linksOf(planOf({ links }))[0]).toBe('a>b east>west 9/9');
  });

  it('take latency and loss each from where it is set', () => {
    const loss = {
      between: ['a', 'b'],
      latency: null,
      loss: 0.5,
      bandwidth: null,
      idleTimeoutNs: null,
      afterIdle: 'drop',
      oneWay: false,
    } as const;
    const plan = planOf({ latency: constant(ms(1)), links: [loss, link('east', 'west', 5)] });
    expect(linksOf(plan)[0]).toBe('a>b east>west 5/5');
    expect(plan.links[0]!.loss).toBe(0.5);
  });

  it('of one way slow the requests along it and the answers of calls against it', () => {
    expect(linksOf(planOf({ links: [link('a', 'b', 5, true)] }))[0]).toBe('a>b east>west 5/0');
    expect(linksOf(planOf({ links: [link('b', 'a', 5, true)] }))[0]).toBe('a>b east>west 0/5');
    expect(linksOf(planOf({ links: [link('users', 'east', 4, true)] }))[2]).toBe(
      'users>a outside>east 4/0',
    );
  });
});
