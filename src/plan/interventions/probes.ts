import type { InterventionKind } from './kind.js';
import { withoutSetting } from './processes.js';
import { has } from './signs.js';

/** The platform does not probe a component: no instance is restarted or taken off the lists because it is slow. */
export const probes: InterventionKind = {
  kind: 'probes',
  of: (plan) => withoutSetting(plan, 'probes', { kind: 'probes', part: 'loop' }, 'the probes'),
  worth: (variant, { subject }) => (has(variant, subject, ['unready', 'killed']) ? 0.85 : 0),
};
