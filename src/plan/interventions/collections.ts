import type { InterventionKind } from './kind.js';
import { processesOf, withProcesses } from './processes.js';
import { reaches } from './signs.js';

/** The garbage collector of a component never pauses it. */
export const collections: InterventionKind = {
  kind: 'collections',
  of: (plan) =>
    plan.components.flatMap((component, id) =>
      processesOf(component).every(({ gc }) => gc === null)
        ? []
        : [
            {
              kind: 'collections',
              subject: component.name,
              part: 'condition',
              words: `without the garbage collections of ${component.name}`,
              apply: ({ plan: own }) => withProcesses(own, id, () => ({ gc: null })),
            },
          ],
    ),
  worth: (variant, { subject }) => (reaches(variant, subject) ? 0.85 : 0.3),
};
