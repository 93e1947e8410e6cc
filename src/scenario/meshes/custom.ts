import type { MeshKind } from './kind.js';

/** A mesh with figures of its own. */
export const custom: MeshKind<'custom'> = {
  kind: 'custom',
  summary:
    'A mesh with figures of its own: `proxy` needs `work` and `latency`. No default policies.',
  sources: [],
  proxy: null,
  waypoint: null,
  balancing: null,
  retry: null,
};
