import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { Projection } from '../../../contracts/scenario/projections.js';
import type { WrittenProjection } from '../../../contracts/scenario/projections.js';
import type { Cursor } from '../../resolve/context.js';

/** claimTimeout of Axon's JdbcTokenStore and JpaTokenStore. */
const AXON_CLAIM = 10 * NS_PER_SECOND;

/** Rules by which instances take over segments from one that died or paused; null = never. */
export function resolveClaims(
  here: Cursor,
  { claimTimeoutNs: claimed, claimIntervalNs: intervalNs, mode: written }: WrittenProjection,
  own: { readonly isHosted: boolean; readonly axon: boolean; readonly mode: string },
): Projection['claims'] {
  const alone = (field: string): void => {
    const message =
      'without service the projection runs on its own core, and no instance can take over from ' +
      'it: write service too';
    here.in(field).conflict(message);
  };
  if (!own.isHosted && (claimed ?? null) !== null) alone('claimTimeout');
  if (!own.isHosted && written === 'hotCold') alone('mode');
  if (!own.isHosted) return null;
  const isHot = own.mode === 'hotCold';
  const usual = own.axon && !isHot ? AXON_CLAIM : null;
  const timeoutNs = claimed === undefined ? usual : claimed;
  // The database releases a lock as soon as the session of a dead process ends.
  const deadNs = isHot ? 0 : timeoutNs;
  return deadNs === null ? null : { deadNs, pausedNs: timeoutNs, intervalNs };
}
