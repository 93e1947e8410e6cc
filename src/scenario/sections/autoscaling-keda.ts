import type { KedaScaling, WrittenKeda } from '../../contracts/scenario/scaling-ratio.js';
import type { Cursor } from '../resolve/context.js';
import { resolveRatio } from './autoscaling.js';

/** Resolves the fields of kind `keda`. */
export function resolveKeda(here: Cursor, own: WrittenKeda): KedaScaling {
  const ratio = resolveRatio(here, own);
  const wrong = here.conflicts();
  const isWritten = (key: string): boolean => here.in(key).written() !== undefined;
  const lag = ratio.metrics.some(({ metric }) => metric === 'lag');
  // KEDA's webhook refuses this too (scaledobject_webhook.go): what uses a processor shows nothing while nothing runs.
  if (own.min === 0 && !lag && ratio.metrics.length > 0) {
    const message =
      'without metric: lag nothing starts the first replica again: scale on lag as well, or write min: 1';
    wrong(isWritten('min') ? 'min' : 'kind', message);
  }
  if (own.min > 0) {
    for (const key of ['cooldownPeriod', 'activationLagThreshold'] as const) {
      if (!isWritten(key)) continue;
      wrong(key, `with min: ${own.min} the last replicas stay: remove it, or write min: 0`);
    }
  }
  return ratio;
}
