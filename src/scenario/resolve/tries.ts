import type { Step } from '../../contracts/scenario/steps.js';

/** Largest number of attempts per call: those of retry times those of hedge. */
export function triesOf(bundle: Step['policy']): number {
  const fields = (policy: string): Readonly<Record<string, unknown>> =>
    (bundle?.layers.find((layer) => layer.policy === policy)?.config ?? {}) as never;
  const attempts = (of: unknown): number =>
    typeof of === 'number' && Number.isFinite(of) ? of : Infinity;
  const retry = attempts(fields('retry')['attempts']);
  const hedge = fields('hedge');
  const share = hedge['maxExtraLoad'];
  const capped = typeof share === 'number' ? 1 + share : Infinity;
  const hedged = Math.min(attempts(hedge['attempts']), capped);
  return (retry === Infinity ? 1 : retry) * (hedged === Infinity ? 1 : hedged);
}
