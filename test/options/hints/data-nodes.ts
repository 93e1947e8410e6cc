import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

const BASE = 'data-zones.yaml';
const SECTION = '^(databases|eventStores|brokers|functions|caches)\\b.*';

/** Nodes of each part of the base that has a fixed number of them; the others have as many as the counts say. */
const NODES: Readonly<Record<string, number>> = { db: 2, events: 2, shared: 1 };

/** The nodes that are not in x1 are in x2. */
function restInX2(tree: Tree): void {
  for (const [name, part] of partsIn(tree)) {
    if (typeof part.zone !== 'object' || Array.isArray(part.zone)) continue;
    const zone = part.zone as Tree;
    const rest = (NODES[name] ?? 2) - Number(zone.x1 ?? 0);
    if (rest > 0) zone.x2 = rest;
    if (name === 'cluster' || name === 'rabbit') delete part.nodes;
  }
}

/** One core, and a quota of it where its period is tried. */
function oneCore(tree: Tree): void {
  for (const [, { cpu }] of partsIn(tree)) {
    if (typeof cpu !== 'object' || cpu === null) continue;
    const own = cpu as Tree;
    own.cores ??= 1;
    if (own.quota !== undefined) (own.quota as Tree).limit ??= 0.5;
  }
}

function partsIn(tree: Tree): readonly (readonly [string, Tree])[] {
  const sections = ['databases', 'eventStores', 'brokers', 'functions'];
  const { items } = tree.caches as { items: { levels: Tree[] } };
  return [
    ...sections.flatMap((section) => Object.entries(tree[section] as Record<string, Tree>)),
    ['shared', items.levels[0]!],
  ];
}

function hint(field: string, values: readonly unknown[], beside?: Hint['beside']): Hint {
  const option = new RegExp(`${SECTION}\\.${field}$`);
  return { option, base: BASE, values, ...(beside === undefined ? {} : { beside }) };
}

/** A level of a cache has one discipline. */
const LEVEL = '^caches\\.\\*\\.levels\\[\\]\\.cpu\\.';

/** Hints for components with nodes: zones, labels, cores. */
export const nodes: readonly Hint[] = [
  hint('zone', ['x1', 'x2']),
  hint('zone\\[\\]', ['x1', 'x2']),
  hint('zone\\.\\*', [1, 2], restInX2),
  hint('labels\\.\\*', ['hot', 'cold']),
  hint('cpu', [1, 2]),
  hint('cpu\\.cores', [1, 2]),
  { option: new RegExp(`${LEVEL}discipline$`), base: BASE, values: ['processorSharing'] },
  { option: new RegExp(`${LEVEL}contextSwitchTax$`), base: BASE, values: ['30%'] },
  hint('cpu\\.discipline', ['fcfs', 'processorSharing'], oneCore),
  hint('cpu\\.contextSwitchTax', ['30%', '60%'], oneCore),
  hint('cpu\\.background', [0.3, 0.6], oneCore),
  hint('cpu\\.quota\\.limit', [0.3, 0.6], oneCore),
  hint('cpu\\.quota\\.period', ['10ms', '400ms'], oneCore),
  hint('(critical|external)', [true, false]),
  {
    option: /^brokers\.\*(<\w+>)?\.critical$/,
    base: 'scenarios/patterns/memory-alarm.yaml',
    values: [true],
  },
  { option: /^workloads\.\*\.critical$/, base: BASE, values: [true, false] },
  {
    option: /^gateways\.\*\.critical$/,
    base: 'scenarios/patterns/gateway-chain.yaml',
    values: [true, false],
  },
];
