import type { Cell } from '../../cell.js';
import { stemOf } from '../../rewrites.js';
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
import { hostsOf } from '../istio/extras.js';
import { requestName } from '../requests.js';
import type { KongService } from './services.js';

/** Characters of a path that is no expression, in files before version 3. Source: Kong 2.8, router.lua. */
const PLAIN_PATH = /^[a-zA-Z0-9._~/%-]*$/;

/** A route to a service; null if it is not one of HTTP, or has a condition without a counterpart. */
export function routeOf(
  route: Cell,
  { component, place, path }: KongService,
  middleware: readonly Written[],
  gateway: Component,
  system: System,
): WrittenMap | null {
  const protocols = (route.get('protocols')?.items() ?? []).map((cell) => cell.text() ?? '');
  if (protocols.length > 0 && !protocols.some((one) => /^(http|grpc)/.test(one))) return null;
  if (OTHERS.some((key) => (route.get(key)?.items() ?? []).length > 0)) return null;
  const headers = headersOf(route);
  if (headers === null || route.get('expression') !== undefined) return null;
  const paths = (route.get('paths')?.items() ?? []).map(pathOf);
  const methods = (route.get('methods')?.items() ?? []).map((cell) => from(cell.text()!, cell));
  const hosts = hostsOf(route.get('hosts')?.items() ?? []);
  system.connect(gateway, component, place);
  const name = requestName(gateway, route.get('name')?.text() ?? null);
  const hasExpression = paths.some(({ value }) => String(value).startsWith('~'));
  const priority = hasExpression ? route.get('regex_priority') : undefined;
  gateway.requests.push(
    map({
      name: plain(name),
      path: sampleOf(paths),
      method: methods[0] === undefined ? undefined : plain(methods[0].value),
      host: hosts === null ? undefined : plain(hosts.sample),
      headers: headers === undefined ? undefined : map(sampleHeaders(headers)),
    }),
  );
  const match = map({
    path: oneOrAll(paths),
    method: oneOrAll(methods),
    host: hosts?.written,
    headers,
  });
  const written = map(
    {
      name: plain(name),
      match: match.entries.size === 0 ? map({ path: plain('/*') }) : match,
      regexPriority:
        priority?.number() === undefined ? undefined : from(priority.number()!, priority),
      to: fromLater(() => system.targetOf(component), place),
      middleware: middleware.length === 0 ? undefined : list(middleware),
    },
    [route.get('name')],
  );
  const isStripped = route.get('strip_path')?.text() !== 'false';
  const prefixes = paths.filter(({ value }) => !String(value).startsWith('~'));
  return system.rewriting(
    written,
    prefixes.map(({ value }) => ({
      from: stemOf(String(value)),
      to: isStripped ? path : `${path.replace(/\/+$/, '')}${stemOf(String(value))}`,
    })),
  );
}

/** Conditions of connections, which requests of HTTP do not have here. */
const OTHERS = ['snis', 'sources', 'destinations'] as const;

/** A prefix, or an expression: with `~` since version 3, by its characters before. */
function pathOf(cell: Cell): ReturnType<typeof from> {
  const text = cell.text() ?? '/';
  if (text.startsWith('~')) return from(text, cell);
  return PLAIN_PATH.test(text) ? from(`${text}*`, cell) : from(`~${text}`, cell);
}

/** A path that the first prefix takes. */
function sampleOf(paths: readonly ReturnType<typeof from>[]): Written | undefined {
  if (paths.length === 0) return plain('/');
  const prefix = paths.find(({ value }) => !String(value).startsWith('~'));
  return prefix === undefined ? undefined : plain(String(prefix.value).replace(/\*$/, ''));
}

/** null = a header is matched by an expression. */
function headersOf(route: Cell): WrittenMap | null | undefined {
  const all = route.get('headers')?.entries() ?? [];
  if (all.length === 0) return undefined;
  const known: (readonly [string, Written])[] = [];
  for (const [name, cell] of all) {
    const values = cell.items().map((one) => from(one.text() ?? '', one));
    if (values.some(({ value }) => String(value).startsWith('~*'))) return null;
    known.push([name, oneOrAll(values) ?? from(cell.text() ?? '', cell)]);
  }
  return map(known);
}

function sampleHeaders(headers: WrittenMap): readonly (readonly [string, Written])[] {
  return [...headers.entries].map(([name, value]) => {
    const [first] = value.kind === 'list' ? value.items : [value];
    return [name, plain(first?.kind === 'scalar' ? first.value : '')] as const;
  });
}
