import type { Samplers } from '../../../kernel/distribution.js';
import type { StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { Alarm, CallContext } from '../../../contracts/patterns/policy.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { Histogram } from '../../../stats/histogram.js';
import type { IdleSetup } from './idle-limits.js';
import type { ServerWork } from './connect-work.js';
import type { Resized } from './pool-sizes.js';
import type { ServerConnections } from './server-connections.js';

export interface PoolGauges {
  readonly open: number;
  readonly used: number;
  readonly waiting: number;
  /** Sessions whose client has gone while the server still executes their statement. */
  readonly abandoned: () => number;
  /** Connections in use to one node of the component; -1 = it has only one. */
  readonly usedOfNode: number;
}

/** The setup that every pool of connections to a database gets; `P` are the settings of its kind. */
export interface PoolSetup<P> {
  readonly ctx: CallContext;
  /** Replaced when a change of the configuration sets another size. */
  pool: P;
  /** Changes of its size; undefined = there are none. */
  readonly sized?: Resized | undefined;
  readonly server: ServerConnections;
  readonly samplers: Samplers;
  /** Distribution of the time to open a connection. */
  readonly connect: number;
  /** Work of the server for each connection; null = none. */
  readonly works?: ServerWork | null;
  readonly stream: StreamKey;
  readonly gauges: PoolGauges;
  /** Histogram for waits at this time; null outside the measured time. */
  readonly waits: () => Histogram | null;
  /** Creates a timer of the process that owns the pool. */
  readonly alarm: (run: () => void) => Alarm;
  /** Returns true for a call that does not return its connection. */
  readonly leaks: (frame: number) => boolean;
  /** Counts a connection that is being opened, for a call or in the background. */
  readonly opens: () => void;
  /** The server or the pooler refuses the connection of a call: counts the try as sent, and returns its outcome. */
  readonly refuses: (frame: number) => Outcome;
  /** A call that holds a connection closes it without waiting for its statement; `epoch`: that of the connection. */
  readonly leaves: (frame: number, epoch: number) => void;
  /** What ends idle connections besides the pool; null if nothing does. */
  readonly idle: IdleSetup | null;
  /** Round trip to the database on an open connection, drawn for a frame, or VANISHED. */
  readonly ping: (frame: number) => Ns;
}
