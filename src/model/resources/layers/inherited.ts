import type { Layer } from '../../../contracts/scenario/policies.js';

/** A deadline that only enforces an inherited one. */
export const INHERITED: Layer = {
  policy: 'deadline',
  kind: 'simple',
  config: { after: null, propagate: true },
  scope: 'instance',
  per: 'callee',
  key: null,
  store: null,
  dryRun: false,
  written: [],
};
