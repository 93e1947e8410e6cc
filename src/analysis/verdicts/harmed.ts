import type { VariantResult } from '../../spec/result/result.js';

/** Share of failed requests below which a variant without any degradation needs no explanation. */
const FEW = 0.001;

/** Whether users come to harm in a variant: some of their requests fail, or a component degrades. */
export function isHarmed({ summary, cascade }: VariantResult): boolean {
  const failed = 1 - (summary.success.value ?? 1);
  const worse = cascade.events.some(({ kind }) => ['degraded', 'failing', 'down'].includes(kind));
  return failed > FEW || worse;
}
