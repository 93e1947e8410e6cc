import type { BadCase } from './bad-input.js';

const service = '  orders:\n    replicas: 2\n';
const written = (balancing: string): readonly [string, string] => [
  service,
  `${service}    loadBalancing: ${balancing}\n`,
];

/** Mistakes in how callers pick among instances. */
export const BAD_BALANCING: readonly BadCase[] = [
  {
    title: 'weights that are none',
    edit: written('{ kind: weighted, weights: [0, 0] }'),
    code: 'FL205',
    at: '0, 0]',
    says: 'from 1',
  },
  {
    title: 'an empty list of weights',
    edit: written('{ kind: weighted, weights: [] }'),
    code: 'FL204',
    at: '[] }',
    says: '1',
  },
  {
    title: 'weighted without weights',
    edit: written('{ kind: weighted }'),
    code: 'FL203',
    at: 'loadBalancing',
    says: 'is required',
  },
  {
    title: 'a slow start of a kind that has none',
    edit: written('{ kind: peakEwma, slowStart: { window: 10s } }'),
    code: 'FL201',
    at: 'slowStart',
    says: 'unknown key slowStart',
  },
  {
    title: 'a slow start without a window',
    edit: written('{ kind: roundRobin, slowStart: {} }'),
    code: 'FL203',
    at: 'slowStart',
    says: 'is required: a duration',
  },
  {
    title: 'a failTimeout that nginx cannot count',
    edit: written('{ kind: nginx, failTimeout: 1500ms }'),
    code: 'FL208',
    at: '1500ms',
    says: 'must be a whole number of seconds',
  },
  {
    title: 'a bias where all weigh the same',
    edit: written('{ kind: leastRequest, activeRequestBias: 2.5 }'),
    code: 'FL208',
    at: '2.5 }',
    says: 'add weights or slowStart',
  },
  {
    title: 'zones for a kind whose callers see all instances',
    edit: written('{ kind: ringHash, key: product, zoneAware: true }'),
    code: 'FL208',
    at: 'true }',
    says: 'ringHash needs all callers to see the same instances, and zoneAware hides some',
  },
  {
    title: 'a subset of a fixed list',
    edit: written('{ kind: nginx, subset: { size: 1 } }'),
    code: 'FL208',
    at: '{ size: 1',
    says: 'nginx needs all callers to see the same instances, and subset hides some of',
  },
  {
    title: 'zones and a subset together',
    edit: written('{ kind: random, zoneAware: true, subset: { size: 1 } }'),
    code: 'FL208',
    at: '{ size: 1',
    says: 'zoneAware weighs zones by all instances, and subset hides most: remove one of',
  },
  {
    title: 'a subset without a size',
    edit: written('{ kind: random, subset: { kind: random } }'),
    code: 'FL203',
    at: 'subset',
    says: 'is required',
  },
];
