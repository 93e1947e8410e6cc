import type { Registries } from '../resources/discovery/registries.js';
import type { Picks } from '../resources/picking/picks.js';
import type { ServedRun } from '../data/server-port.js';
import type { Sizes } from '../resources/network/sizes.js';
import type { Sections } from '../resources/sections/sections.js';
import type { Ties } from '../resources/sharing/ties.js';
import type { ServerEnds } from '../resources/connections/server-ends.js';
import type { Passes } from '../resources/mesh/passes.js';
import type { Effects } from './effects.js';
import type { ConnectionTable } from '../resources/connections/connection-table.js';
import type { Interpreter } from './interpreter.js';

/** The parts that the wire uses. */
export interface WireParts extends ServedRun {
  /** Null if no message has a size. */
  readonly sizes: Sizes | null;
  /** Null if no step holds a connection or a lock, and no database locks rows. */
  readonly sections: Sections | null;
  /** Null if no policy ties attempts to each other. */
  readonly ties: Ties | null;
  /** Null if no server closes connections by its own limits. */
  readonly serverEnds: ServerEnds | null;
  readonly effects: Effects;
  readonly connections: ConnectionTable;
  readonly interpreter: Interpreter;
  readonly picks: Picks;
  /** Null if no component is registered. */
  readonly registries: Registries | null;
  /** Null without a service mesh. */
  readonly passes: Passes | null;
}
