import { createFunctions } from '../functions/functions.js';
import type { Draft } from '../processes/fleets.js';
import type { ActsOf } from './kind.js';

/** Functions: services that run in execution environments. */
export function functions(world: Draft): ActsOf<'invoke'> {
  const hosts = createFunctions(world);
  return {
    invoke: ({ fn }) => ({
      begin: (strand) => hosts[fn].begin(strand),
      left: (strand) => hosts[fn].abandoned(strand),
    }),
  };
}
