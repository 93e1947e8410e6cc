import type { VariantChange } from '../../contracts/scenario/scenario.js';
import { canonicalJson } from '../../text/canonical.js';
import { byCodeUnit } from '../../text/order.js';
import {
  entries,
  isNull,
  pathText,
  plain,
  type MapNode,
  type Node,
  type PathKey,
} from '../located.js';
import { PATCHED } from '../patch.js';
import { isSetting, type SettingChange } from './change.js';

/** The changes that make one variant of another. */
export interface Differences {
  /** Changes of settings, in the order of their paths in the other variant. */
  readonly settings: readonly SettingChange[];
  /** Changes of what is asked of the system, such as its load or its faults. */
  readonly others: readonly SettingChange[];
}

/** The changes after which the tree of a variant means the same as that of another one. */
export function differences(from: MapNode, to: MapNode): Differences {
  const all: (SettingChange & { readonly keys: readonly PathKey[] })[] = [];
  const compare = (before: Node | undefined, after: Node | undefined, keys: PathKey[]): void => {
    // Variants share the nodes that no patch changes.
    if (before === after || (isAbsent(before) && isAbsent(after))) return;
    if (isAbsent(after)) all.push({ keys, path: pathText(keys), value: null, before: before! });
    else if (before?.type === 'map' && after!.type === 'map' && isSameForm(before, after!)) {
      const names = new Set([...entries(after), ...entries(before)].map(([name]) => name));
      for (const name of names) {
        compare(before.entries.get(name)?.value, after!.entries.get(name)?.value, [...keys, name]);
      }
    } else if (!isSame(before, after!)) {
      const replaced = isAbsent(before) ? {} : { before: before! };
      all.push({ keys, path: pathText(keys), value: after!, ...replaced });
    }
  };
  for (const name of new Set([...entries(to), ...entries(from)].map(([own]) => own))) {
    if (!PATCHED.has(name)) continue;
    compare(from.entries.get(name)?.value, to.entries.get(name)?.value, [name]);
  }
  const some = (areSettings: boolean): SettingChange[] =>
    all.filter(({ keys }) => isSetting(keys) === areSettings).map(({ keys: _keys, ...own }) => own);
  return { settings: some(true), others: some(false) };
}

/** The same for reports, in the order of their paths. */
export function changesBetween(from: MapNode, to: MapNode): readonly VariantChange[] {
  const { settings, others } = differences(from, to);
  const told = ({ path, before, value }: SettingChange): VariantChange => ({
    path,
    from: before === undefined ? null : plain(before),
    to: value === null ? null : plain(value),
  });
  const asked = others.map((own) => ({ ...told(own), isQuestion: true as const }));
  return [...settings.map(told), ...asked].sort((a, b) => byCodeUnit(a.path, b.path));
}

function isAbsent(node: Node | undefined): boolean {
  return node === undefined || isNull(node);
}

function isSame(a: Node | undefined, b: Node): boolean {
  return a !== undefined && canonicalJson(plain(a)) === canonicalJson(plain(b));
}

/** Fields of one kind are not fields of another, so a mapping of another kind is another value. */
function isSameForm(a: MapNode, b: MapNode): boolean {
  const [one, other] = [a, b].map((node) => node.entries.get('kind')?.value);
  return isAbsent(one) ? isAbsent(other) : isSame(one, other ?? one!) && !isAbsent(other);
}
