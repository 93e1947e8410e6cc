import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { from, fromLater, list, map, plain, type Written, type WrittenMap } from '../../written.js';

/** The hosts for which a gateway takes requests, and one of them; null = all. */
export function hostsOf(
  hosts: readonly Cell[],
): { readonly written: Written; readonly sample: string } | null {
  const names = hosts.map((cell) => cell.text() ?? '*');
  const [first] = names;
  if (first === undefined || names.includes('*')) return null;
  const cells = hosts.map((cell, index) => from(names[index]!, cell));
  const written = cells.length === 1 ? cells[0]! : list(cells);
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

/** A response that the proxies of callers give instead of the callee, as a fault of the whole run. */
export function addAbort(rule: Cell, callee: Component, system: System): void {
  const abort = rule.get('fault', 'abort');
  const status = abort?.get('httpStatus');
  const code = status?.number() ?? 0;
  const share = abort?.get('percentage', 'value') ?? abort?.get('percent');
  const percent = share?.number() ?? 100;
  if (!(code >= 400 && code <= 599) || !(percent > 0 && percent <= 100)) return;
  const fault = map({
    id: plain(`abort-${callee.name}`),
    kind: plain('abort'),
    target: plain(callee.name),
    status: from(code, status),
    share: share === undefined ? undefined : from(`${percent}%`, share),
    at: plain('0s'),
    for: plain('none'),
  });
  const known = system.sections.get('faults');
  system.sections.set('faults', list([...(known?.kind === 'list' ? known.items : []), fault]));
}
