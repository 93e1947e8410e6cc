import type { Prepared } from '../../api/prepare.js';
import { baselineAt } from '../prepare.js';

/** The scenario with its baseline alone, the variant that is compared with the real system. */
export function oneVariant(all: Prepared): Prepared {
  const { file, plans, selection } = all;
  const k = baselineAt(file.variants);
  const own = file.variants[k]!;
  return {
    ...all,
    file: { ...file, variants: [{ ...own, baseline: true }] },
    plans: [plans[k]!],
    selection: { ...selection, variant: [own.name] },
  };
}
