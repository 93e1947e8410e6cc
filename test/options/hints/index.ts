import { alerts } from './alerts.js';
import { atPlaces } from './at-places.js';
import { data } from './data.js';
import { discovery } from './discovery.js';
import { faults } from './faults.js';
import { gateways } from './gateways.js';
import type { Hint } from './hint.js';
import { nodes } from './nodes.js';
import { mesh } from './mesh.js';
import { places } from './places.js';
import { policies } from './policies.js';
import { services } from './services.js';
import { steps } from './steps.js';
import { sweeps } from './sweeps.js';
import { world } from './world.js';

const HINTS: readonly Hint[] = [
  ...alerts,
  ...discovery,
  ...gateways,
  ...services,
  ...policies,
  ...nodes,
  ...places,
  ...faults,
  ...data,
  ...mesh,
  ...world,
  ...steps,
  ...sweeps,
  ...atPlaces,
];

/** The hints for an option, the first one first. */
export function hintsFor(path: string): readonly Hint[] {
  return HINTS.filter(({ option }) => option.test(path));
}
