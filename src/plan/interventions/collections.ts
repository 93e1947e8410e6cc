import type { InterventionKind } from './kind.js';
import { withoutSetting } from './processes.js';
import { reaches } from './signs.js';

/** The garbage collector of a component never pauses it. */
export const collections: InterventionKind = {
  kind: 'collections',
  of: (plan) =>
    withoutSetting(
      plan,
      'gc',
      { kind: 'collections', part: 'condition' },
      'the garbage collections',
    ),
  worth: (variant, { subject }) => (reaches(variant, subject) ? 0.85 : 0.3),
};
