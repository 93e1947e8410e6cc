import { compile } from '../../plan/compile.js';
import { PlanError } from '../../plan/problem.js';
import { editsFor, type SettingChange } from '../../scenario/tuning/change.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import { select, type Prepared } from '../prepare.js';

/** A variant with some changes of its text; null if it is not valid with them. */
export function variantWith(
  prepared: Prepared,
  name: string,
  changes: readonly SettingChange[],
): { readonly variant: Variant; readonly plan: Plan } | null {
  const { source, texts, selection, path } = prepared;
  const { at } = texts.get(name)!.patched;
  const { file } = source.with({ variants: [name], ...editsFor(changes, at) });
  if (file === null) return null;
  const variant = select(file, { ...selection, variant: [name] }, path).variants[0]!;
  try {
    return { variant, plan: compile(variant, file) };
  } catch (error) {
    if (error instanceof PlanError) return null;
    throw error;
  }
}
