import type { Plan } from '../../contracts/plan/plan.js';
import { pathText } from '../../scenario/located.js';
import type { SettingChange } from '../../scenario/tuning/change.js';
import { nodeAt } from '../capacity/settings.js';
import type { Prepared } from '../prepare.js';

/** The concurrency limit of a function. */
const LIMIT = /^functions\.(?<name>[^.]+)\.maxConcurrency$/;

/** Whether a path is the concurrency limit of a function, which may be that of its account. */
export function isConcurrencyLimit(path: string): boolean {
  return LIMIT.test(path);
}

/** The same limit of the other functions of the account: a file in which they differ is not valid. */
export function accountFor(
  { path, value }: SettingChange,
  prepared: Prepared,
  { variant, functions, components }: Plan,
): readonly SettingChange[] {
  const own = LIMIT.exec(path)!.groups!.name!;
  const shared = functions
    .filter(({ isShared }) => isShared)
    .map(({ component }) => components[component]!.name);
  if (value === null || !shared.includes(own)) return [];
  const { written } = prepared.texts.get(variant)!;
  return shared.flatMap((name) => {
    const place = ['functions', name, 'maxConcurrency'];
    const before = nodeAt(written, place);
    return name === own || before === undefined ? [] : [{ path: pathText(place), value, before }];
  });
}
