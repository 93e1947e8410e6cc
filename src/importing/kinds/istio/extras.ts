import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import {
  from,
  fromLater,
  list,
  map,
  plain,
  type Written,
  type WrittenMap,
  oneOrAll,
} from '../../written.js';
import { durationOf } from './retries.js';

/** The hosts for which a gateway takes requests, and one of them; null = all. */
export function hostsOf(
  hosts: readonly Cell[],
): { readonly written: Written; readonly sample: string } | null {
  const names = hosts.map((cell) => cell.text() ?? '*');
  const [first] = names;
  if (first === undefined || names.includes('*')) return null;
  const cells = hosts.map((cell, index) => from(names[index]!, cell));
  const written = oneOrAll(cells)!;
  return { written, sample: first.replace(/^\*\.?/, 'www.') };
}

/** Where a rule sends copies of its requests, and of which share; `find`: the component of a host. */
export function mirrorOf(
  rule: Cell,
  find: (host: string) => Component | undefined,
  system: System,
): WrittenMap | undefined {
  const [several] = rule.get('mirrors')?.items() ?? [];
  const destination = rule.get('mirror') ?? several?.get('destination');
  const share =
    rule.get('mirrorPercentage', 'value') ??
    several?.get('percentage', 'value') ??
    rule.get('mirrorPercent');
  const host = destination?.get('host');
  const component = find(host?.text() ?? '');
  const percent = share?.number() ?? 100;
  if (component?.section !== 'services' || host === undefined || !(percent > 0)) return undefined;
  return map({
    to: fromLater(() => system.targetOf(component), host),
    share: share === undefined ? undefined : from(`${percent}%`, share),
  });
}

/** What the proxies of callers inject, a delay and a response instead of the callee, as faults of the whole run. */
export function addInjected(rule: Cell, callee: Component, system: System): void {
  addFault(callee, system, 'delay', delayOf(rule.get('fault', 'delay')));
  addFault(callee, system, 'abort', abortOf(rule.get('fault', 'abort')));
}

function delayOf(delay: Cell | undefined): Own | null {
  const add = durationOf(delay?.get('fixedDelay'));
  return delay === undefined || add === undefined ? null : { field: ['add', add], of: delay };
}

function abortOf(abort: Cell | undefined): Own | null {
  const status = abort?.get('httpStatus');
  const code = status?.number() ?? 0;
  if (abort === undefined || !(code >= 400 && code <= 599)) return null;
  return { field: ['status', from(code, status)], of: abort };
}

/** The field of a fault beside those that both have, and the setting it comes from. */
interface Own {
  readonly field: readonly [string, Written];
  readonly of: Cell;
}

function addFault(callee: Component, system: System, kind: string, own: Own | null): void {
  if (own === null) return;
  const share = own.of.get('percentage', 'value') ?? own.of.get('percent');
  const percent = share?.number() ?? 100;
  if (!(percent > 0 && percent <= 100)) return;
  const fault = map({
    id: plain(`${kind}-${callee.name}`),
    kind: plain(kind),
    target: plain(callee.name),
    [own.field[0]]: own.field[1],
    share: share === undefined ? undefined : from(`${percent}%`, share),
    at: plain('0s'),
    for: plain('none'),
  });
  const known = system.sections.get('faults');
  system.sections.set('faults', list([...(known?.kind === 'list' ? known.items : []), fault]));
}
