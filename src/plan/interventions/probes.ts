import type { InterventionKind } from './kind.js';
import { processesOf, withProcesses } from './processes.js';
import { has } from './signs.js';

/** The platform does not probe a component: no instance is restarted or taken off the lists because it is slow. */
export const probes: InterventionKind = {
  kind: 'probes',
  of: (plan) =>
    plan.components.flatMap((component, id) =>
      processesOf(component).every(({ probes: own }) => own === null)
        ? []
        : [
            {
              kind: 'probes',
              subject: component.name,
              part: 'loop',
              words: `without the probes of ${component.name}`,
              apply: ({ plan: own }) => withProcesses(own, id, () => ({ probes: null })),
            },
          ],
    ),
  worth: (variant, { subject }) => (has(variant, subject, ['unready', 'killed']) ? 0.85 : 0),
};
