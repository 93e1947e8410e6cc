import { createFunctions } from './functions/functions.js';
import type { ActsOf, Building } from './kind.js';

/** Functions: services that run in execution environments. */
export function functions(world: Building): ActsOf<'invoke'> {
  const hosts = createFunctions(world);
  return {
    invoke: ({ fn }) => ({
      begin: (strand) => hosts[fn].begin(strand),
      left: (strand) => hosts[fn].abandoned(strand),
    }),
  };
}
