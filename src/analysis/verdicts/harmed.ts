import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import type { VariantResult } from '../../contracts/result/result.js';

/** Share of failed requests below which a variant in which users degrade nowhere needs no explanation. */
const FEW = 0.001;

/** Whether users come to harm in a variant: some of their requests fail, or become slow. */
export function isHarmed(variant: VariantResult): boolean {
  const { summary, cascade } = variant;
  if (1 - (summary.success.value ?? 1) > FEW) return true;
  return cascade.events.some(
    ({ kind, subject }) => DEGRADATIONS.includes(kind) && isOfUsers(variant, subject),
  );
}

/** Whether the subject of an event is a kind of request of users: `users.buy`. */
export function isOfUsers({ components }: VariantResult, subject: string): boolean {
  const end = subject.lastIndexOf('.');
  return end > 0 && components[subject.slice(0, end)]?.kind === 'workload';
}
