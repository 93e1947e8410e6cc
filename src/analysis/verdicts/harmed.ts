import { DEGRADATIONS } from '../../spec/result/degradations.js';
import type { VariantResult } from '../../spec/result/result.js';

/** Share of failed requests below which a variant in which users degrade nowhere needs no explanation. */
const FEW = 0.001;

/** Whether users come to harm in a variant: some of their requests fail, or become slow. */
export function isHarmed({ summary, cascade, components }: VariantResult): boolean {
  if (1 - (summary.success.value ?? 1) > FEW) return true;
  const isOfUsers = (subject: string): boolean => {
    const end = subject.lastIndexOf('.');
    return end > 0 && components[subject.slice(0, end)]?.kind === 'workload';
  };
  return cascade.events.some(
    ({ kind, subject }) => DEGRADATIONS.includes(kind) && isOfUsers(subject),
  );
}
