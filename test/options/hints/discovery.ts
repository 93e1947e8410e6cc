import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

const BASE = 'discovery.yaml';

/** Leaves the options of `discovery` of one service, with what they need beside. */
function found(service: string, fields: Tree): Hint['beside'] {
  return (tree) => {
    const own = (tree.services as Record<string, Tree>)[service]!;
    own.discovery = { ...(own.discovery as Tree), ...fields };
  };
}

const of = (section: string, name: string, option: string, more: Partial<Hint> = {}): Hint => ({
  option: new RegExp(`^${section}\\.\\*\\.discovery${option}`),
  base: BASE,
  at: [section, name],
  ...more,
});

/** Hints for registries and `discovery`. */
export const discovery: readonly Hint[] = [
  { option: /^registries\.\*(<\w+>)?\.zone$/, base: BASE, values: ['x1', 'x2'] },
  { option: /^registries\.\*(<\w+>)?\.zone\[\]$/, base: BASE, values: ['x1', 'x2'] },
  { option: /^registries\.\*(<\w+>)?\.labels\.\*$/, base: BASE, values: ['one', 'two'] },
  { option: /^registries\.\*<consul>\.deregisterAfter$/, base: BASE, values: ['1m', '30s'] },
  { option: /^registries\.\*/, base: BASE },
  of('services', 'balanced', '\\.hop'),
  of('services', 'checked', '\\.registry$', { values: ['eureka', 'names', 'none'] }),
  of('services', 'checked', '\\.mode$'),
  of('services', 'checked', '\\.onEmpty$', { beside: found('checked', { refresh: '2s' }) }),
  of('services', 'checked', '\\.'),
  of('services', 'checked', '$', { values: ['eureka', 'cluster'] }),
  of('gateways', 'edge', '\\.registry$', { values: ['eureka', 'cluster', 'none'] }),
  of('gateways', 'edge', '\\.'),
  of('gateways', 'edge', '$', { values: ['eureka', 'cluster'] }),
];
