import type { Registries } from './discovery/registries.js';
import type { Picks } from './picking/picks.js';
import type { ServedRun } from './server-port.js';
import type { Sizes } from './network/sizes.js';
import type { Sections } from './sections/sections.js';
import type { Ties } from './sharing/ties.js';
import type { ServerEnds } from './connections/server-ends.js';
import type { Passes } from './mesh/passes.js';
import type { Effects } from './figures/effects.js';
import type { ConnectionTable } from './connections/connection-table.js';
import type { Interpreter } from './programs/interpreter.js';

/** The parts that the wire uses. */
export interface WireParts extends ServedRun {
  readonly sizes: Sizes | null;
  readonly sections: Sections | null;
  readonly ties: Ties | null;
  readonly serverEnds: ServerEnds | null;
  readonly effects: Effects;
  readonly connections: ConnectionTable;
  readonly interpreter: Interpreter;
  readonly picks: Picks;
  readonly registries: Registries | null;
  readonly passes: Passes | null;
}
