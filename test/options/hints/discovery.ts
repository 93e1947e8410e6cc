import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

const BASE = 'discovery.yaml';

/** Removes the interval of fetches, which belongs to some kinds of registries only. */
function withoutRefresh(section: string, name: string): Hint['beside'] {
  return (tree) => {
    const own = (tree[section] as Record<string, Tree>)[name]!;
    delete (own.discovery as Tree).refresh;
  };
}

const of = (section: string, name: string, option: string, more: Partial<Hint> = {}): Hint => ({
  option: new RegExp(`^${section}\\.\\*\\.discovery${option}`),
  base: BASE,
  at: [section, name],
  ...more,
});

/** Options of a kind, at the registry of that kind. */
const at = (name: string, options: string): Hint => ({
  option: new RegExp(`^registries\\.\\*(<\\w+>)?\\.${options}$`),
  base: BASE,
  at: ['registries', name],
});

/** Hints for registries and `discovery`. */
export const discovery: readonly Hint[] = [
  { option: /^registries\.\*(<\w+>)?\.zone$/, base: BASE, values: ['x1', 'x2'] },
  { option: /^registries\.\*(<\w+>)?\.zone\[\]$/, base: BASE, values: ['x1', 'x2'] },
  { option: /^registries\.\*(<\w+>)?\.labels\.\*$/, base: BASE, values: ['one', 'two'] },
  { option: /^registries\.\*<consul>\.deregisterAfter$/, base: BASE, values: ['1m', '30s'] },
  {
    option: /^registries\.\*(<\w+>)?\.zone\.\*$/,
    base: BASE,
    at: ['registries', 'eureka'],
    values: [1, 2],
    beside: (tree) => delete (tree.registries as Record<string, Tree>).eureka!.replicas,
  },
  {
    option: /^registries\.\*(<\w+>)?\.(selfPreservation|renewalThreshold)$/,
    base: 'scenarios/patterns/self-preservation.yaml',
  },
  at('consul', '(checkInterval|checkTimeout|failuresBeforeCritical|successBeforePassing)'),
  at('cluster', 'propagation'),
  at('names', '(ttl|serveStale)'),
  { option: /^registries\.\*/, base: BASE },
  of('services', 'balanced', '\\.hop'),
  of('services', 'checked', '\\.registry$', {
    values: ['eureka', 'names'],
    beside: withoutRefresh('services', 'checked'),
  }),
  of('services', 'checked', '\\.mode$'),
  of('services', 'checked', '\\.'),
  of('services', 'checked', '$', { values: ['eureka', 'cluster'] }),
  of('gateways', 'edge', '\\.registry$', {
    values: ['eureka', 'cluster'],
    beside: withoutRefresh('gateways', 'edge'),
  }),
  of('gateways', 'edge', '\\.'),
  of('gateways', 'edge', '$', { values: ['eureka', 'cluster'] }),
];
