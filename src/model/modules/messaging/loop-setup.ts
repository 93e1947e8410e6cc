import type { StreamKey } from '../../../kernel/rng.js';
import type { Counter, Durations } from '../../data/figures/meters.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import type { CommitsSetup } from './commits.js';
import type { Inboxes } from './inboxes.js';
import type { Messages } from './messages.js';
import type { GuardMaker, PauseSetup } from './poll-pauses.js';
import type { Resets } from './resets.js';

/** Everything that the loops of a group share. */
export interface LoopSetup
  extends PauseSetup, Pick<CommitsSetup, 'aftermath' | 'settle' | 'transactions'> {
  readonly world: BackgroundRun;
  readonly messages: Messages;
  /** Index of the group in its topic. */
  readonly index: number;
  readonly inbox: Inboxes | null;
  /** Draws which messages pass the filter; null = all. */
  readonly filter: StreamKey | null;
  readonly consumed: Counter;
  /** Counts repeated effects; null if the handler is idempotent. */
  readonly duplicates: Counter | null;
  readonly redelivered: Counter;
  readonly delays: Durations;
  /** Seeks and starts of the group; null = none. */
  readonly resets: Resets | null;
  /** True if messages may be truncated from the log. */
  readonly canBeCut: boolean;
  /** Policies around the handler; null = none. */
  readonly policy: GuardMaker | null;
}
