import type { Plan } from '../../contracts/plan/plan.js';
import type { SettingChange } from '../../scenario/tuning/change.js';
import type { Move } from '../../scenario/tuning/moves.js';
import type { Prepared } from '../prepare.js';
import { accountFor, isConcurrencyLimit } from './with-account.js';
import { isRange, replicasFor } from './with-replicas.js';
import { databaseOfPool, serverFor } from './with-server.js';

/** Settings that change nothing, or are not valid, unless others change with them. */
interface Coupling {
  readonly applies: (path: string) => boolean;
  /** The others, for the value of a change. */
  readonly needs: (
    change: SettingChange,
    prepared: Prepared,
    plan: Plan,
  ) => readonly SettingChange[];
  /** Whether each of the others counts as a setting of its own: not where they only make the change valid. */
  readonly counts: boolean;
}

const COUPLINGS: readonly Coupling[] = [
  // A larger pool, and the connections that its server needs for it: else connecting fails.
  { applies: (path) => databaseOfPool(path) !== undefined, needs: serverFor, counts: true },
  { applies: isRange, needs: replicasFor, counts: false },
  { applies: isConcurrencyLimit, needs: accountFor, counts: false },
];

/** A change with what has to change beside it. Others stay alone. */
export function withNeeds(move: Move, prepared: Prepared, plan: Plan): Move {
  const coupling = COUPLINGS.find(({ applies }) => applies(move.path));
  if (coupling === undefined) return move;
  const { stronger, needs: _, settings: __, ...own } = move;
  const needed = coupling.needs(move, prepared, plan);
  return {
    ...own,
    ...(needed.length > 0 && { needs: needed }),
    ...(needed.length > 0 && coupling.counts && { settings: 1 + needed.length }),
    at: (value) => withNeeds({ ...move, value }, prepared, plan),
    ...(stronger !== undefined && { stronger: withNeeds(stronger, prepared, plan) }),
  };
}
