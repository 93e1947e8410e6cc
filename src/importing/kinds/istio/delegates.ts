import { Cell } from '../../cell.js';
import type { System } from '../../system.js';
import { namespaceOf } from '../kind.js';

/** A rule of a VirtualService, and the namespace in which its hosts are looked up. */
export interface OwnedRule {
  readonly rule: Cell;
  readonly namespace: string;
}

/** VirtualServices without hosts, by `namespace/name`: their rules act where another one names them. */
export function delegatesOf(system: System): Map<string, Cell> {
  return system.shared('delegates of VirtualServices', (): Map<string, Cell> => new Map());
}

/** `namespace/name` of a VirtualService. */
export function keyOf(document: Cell): string {
  return `${namespaceOf(document)}/${document.get('metadata', 'name')?.text()}`;
}

/**
 * The rules of a VirtualService, with those of its delegates in their places. Source: istio/istio,
 * pilot/pkg/model/virtualservice.go (mergeVirtualServicesIfNeeded).
 */
export function rulesOf(document: Cell, system: System): readonly OwnedRule[] {
  const namespace = namespaceOf(document);
  return (document.get('spec', 'http')?.items() ?? []).flatMap((rule) => {
    const delegate = rule.get('delegate');
    if (delegate === undefined) return [{ rule, namespace }];
    const own = delegate.get('namespace')?.text() ?? namespace;
    const found = delegatesOf(system).get(`${own}/${delegate.get('name')?.text()}`);
    if (found === undefined) {
      rule.list('no VirtualService of these files without hosts has this name');
      return [];
    }
    return (found.get('spec', 'http')?.items() ?? []).flatMap((sub) =>
      joined(rule, sub).map((one) => ({ rule: one, namespace: own })),
    );
  });
}

/** A rule of a delegate with the fields of the root that it has not; none if no request meets both conditions. */
function joined(root: Cell, sub: Cell): readonly Cell[] {
  const matches = joinedMatches(root.get('match')?.items() ?? [], sub.get('match')?.items() ?? []);
  if (matches === null) {
    sub.list('no request meets its condition and that of the rule that names it');
    return [];
  }
  const above = root.entries().filter(([key]) => key !== 'delegate' && key !== 'match');
  const fields = new Map([...above, ...sub.entries()]);
  fields.delete('match');
  if (matches.length > 0) fields.set('match', withValue(sub, matches));
  return [withValue(sub, fields)];
}

/** null = an alternative of the delegate is within none of the root. */
function joinedMatches(roots: readonly Cell[], subs: readonly Cell[]): readonly Cell[] | null {
  if (roots.length === 0) return subs;
  if (subs.length === 0) return roots;
  const all = subs.map((sub) =>
    roots.filter((root) => isWithin(root, sub)).map((root) => joinedMatch(root, sub)),
  );
  return all.some((some) => some.length === 0) ? null : all.flat();
}

function joinedMatch(root: Cell, sub: Cell): Cell {
  const fields = new Map([...root.entries(), ...sub.entries()]);
  for (const key of MAPPINGS) {
    const [above, below] = [root.get(key), sub.get(key)];
    if (above === undefined || below === undefined) continue;
    fields.set(key, withValue(below, new Map([...above.entries(), ...below.entries()])));
  }
  return withValue(sub, fields);
}

const MAPPINGS = ['headers', 'withoutHeaders', 'queryParams', 'sourceLabels'] as const;

/** Whether the condition of a delegate is within that of the root (hasConflict). */
function isWithin(root: Cell, sub: Cell): boolean {
  const texts = ['uri', 'scheme', 'method', 'authority'].map((key) => [
    root.get(key),
    sub.get(key),
  ]);
  const mapped = MAPPINGS.slice(0, 3).flatMap((key) =>
    (sub.get(key)?.entries() ?? []).map(([name, below]) => [root.get(key, name), below]),
  );
  if (![...texts, ...mapped].every(([above, below]) => isTextWithin(above, below))) return false;
  const same = ['ignoreUriCase', 'port'].every((key) => {
    const [above, below] = [root.get(key)?.text(), sub.get(key)?.text()];
    return above === undefined || below === undefined || above === below;
  });
  const labels = (sub.get('sourceLabels')?.entries() ?? []).every(([name, below]) => {
    const above = root.get('sourceLabels', name);
    return above === undefined || above.text() === below.text();
  });
  const gateways = namesOf(root);
  const isInside = gateways.length === 0 || namesOf(sub).every((name) => gateways.includes(name));
  return same && labels && isInside;
}

function namesOf(match: Cell): readonly (string | undefined)[] {
  return (match.get('gateways')?.items() ?? []).map((cell) => cell.text());
}

/** Expressions are within nothing, and nothing is within them. */
function isTextWithin(root: Cell | undefined, sub: Cell | undefined): boolean {
  if (root === undefined || sub === undefined) return true;
  const [exact, prefix] = [root.get('exact')?.text(), root.get('prefix')?.text()];
  const own = sub.get('exact')?.text();
  if (exact !== undefined) return own === exact;
  const start = own ?? sub.get('prefix')?.text();
  return prefix !== undefined && start !== undefined && start.startsWith(prefix);
}

/** A value that others give together; its leaves are theirs. */
function withValue({ path, file, line }: Cell, value: Cell['value']): Cell {
  return new Cell(path, file, line, value);
}
