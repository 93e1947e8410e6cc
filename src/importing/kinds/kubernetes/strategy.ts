import type { Cell } from '../../cell.js';
import { REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { from, map, plain, type Written } from '../../written.js';
import { argoRolloutOf } from './argo.js';
import { amountOf, secondsOf } from './quantities.js';

/** How a workload replaces its pods: a rollout at rest, which a variant with a second version can use. */
export function rolloutOf(document: Cell, system: System): Written | undefined {
  const spec = document.get('spec');
  if (document.get('kind')?.text() === 'Rollout') return argoRolloutOf(document, system);
  const strategy = spec?.get('strategy') ?? spec?.get('updateStrategy');
  const type = strategy?.get('type');
  const word = type?.text();
  if (word === 'Recreate') return map({ kind: from('recreate', type) });
  if (word !== undefined && word !== 'RollingUpdate') {
    strategy?.list('pods are replaced by hand: no rollout does it');
    return undefined;
  }
  const rolling = strategy?.get('rollingUpdate');
  const isDeployment = document.get('kind')?.text() === 'Deployment';
  const fields = {
    maxSurge: amountOf(rolling?.get('maxSurge')),
    maxUnavailable: amountOf(rolling?.get('maxUnavailable')),
    minReady: secondsOf(spec?.get('minReadySeconds')),
  };
  rolling?.get('partition')?.list('pods below a number keep their version: write two versions');
  const isSaid = type !== undefined || Object.values(fields).some((value) => value !== undefined);
  if (!isSaid) return undefined;
  // Sets have no surge, and replace one pod at a time.
  const usual = isDeployment ? {} : { maxSurge: plain(0), maxUnavailable: plain(1) };
  const known = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  );
  return map({
    kind: type === undefined ? plain('rolling') : from('rolling', type),
    ...usual,
    ...known,
  });
}

/** Reasons for the fields of a rollout that are in no scenario. */
export const ROLLOUT_REASONS: Readonly<Record<string, string>> = {
  'spec.strategy': 'versions that run side by side share no rollout, and a database has none',
  'spec.updateStrategy': 'versions that run side by side share no rollout, and a database has none',
  'spec.minReadySeconds':
    'versions that run side by side share no rollout, and a database has none',
  'spec.progressDeadlineSeconds': 'it reports on a rollout and ends none',
  'spec.revisionHistoryLimit': 'old versions take no part in a run',
  'spec.paused': REASON.kind,
};
