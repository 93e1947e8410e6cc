import type { Plan } from '../../contracts/plan/plan.js';
import { get, pathText, type Node } from '../../scenario/located.js';
import type { SettingChange } from '../../scenario/tuning/change.js';
import { numberOf } from '../capacity/settings.js';
import type { Prepared } from '../prepare.js';

/** The end of the range of an autoscaler. */
const RANGE = /^(?<section>services|gateways)\.(?<component>[^.]+)\.autoscaling\.(?<end>min|max)$/;

/** Whether a path is an end of the range of an autoscaler. */
export function isRange(path: string): boolean {
  return RANGE.test(path);
}

/**
 * The written replicas and the other end of the range, where they would be outside of it with a change: else the file is
 * not valid, or the replicas stay fewer.
 */
export function replicasFor(
  { path, value }: SettingChange,
  prepared: Prepared,
  plan: Plan,
): readonly SettingChange[] {
  const { section, component, end } = RANGE.exec(path)!.groups as Record<string, string>;
  const limit = numberOf(value ?? undefined);
  if (limit === null) return [];
  const own = get(get(prepared.texts.get(plan.variant)!.written, section!), component!);
  const other = end === 'min' ? 'max' : 'min';
  const beside: readonly (readonly [string, Node | undefined])[] = [
    [pathText([section!, component!, 'replicas']), get(own, 'replicas')],
    [pathText([section!, component!, 'autoscaling', other]), get(get(own, 'autoscaling'), other)],
  ];
  return beside.flatMap(([place, before]) => {
    const now = numberOf(before);
    const isOutside = now !== null && (end === 'min' ? now < limit : now > limit);
    return isOutside ? [{ path: place, value: value!, before: before! }] : [];
  });
}
