import type { Cell } from '../../cell.js';
import type { TracedRequest } from '../../entrances.js';
import { takesPath } from '../../request-policies.js';
import { from, map, plain, type Written, type WrittenMap, oneOrAll } from '../../written.js';

/** The condition of a route, and a request that meets it. */
export interface RouteMatch {
  readonly written: Readonly<Record<string, Written | undefined>>;
  readonly paths: readonly string[];
  readonly sample: Readonly<Record<string, Written | undefined>>;
}

/** The name under which rules of the proxies beside programs are. */
export const MESH = 'mesh';

/** What no usual request differs in: the other end of it, or a header that it must not have. */
const ANY: ReadonlySet<string> = new Set([
  ...['name', 'statPrefix', 'gateways', 'port', 'scheme', 'ignoreUriCase', 'withoutHeaders'],
]);
const EVERY = '/*';

/**
 * The alternatives of a rule at a gateway, or inside the mesh; null = it takes all requests. Source: istio/istio
 * pilot/pkg/networking/core/route/route.go (BuildHTTPRoutesForVirtualService, IsCatchAllRoute).
 */
export function alternativesOf(rule: Cell, place: string): readonly Cell[] | null {
  const all = rule.get('match')?.items() ?? [];
  const here = all.filter((match) => {
    const names = match.get('gateways')?.items() ?? [];
    return names.length === 0 || names.some((one) => plainName(one.text() ?? '') === place);
  });
  const takesAll = (match: Cell): boolean => {
    const uri = match.get('uri');
    const isAny = uri === undefined || EVERYTHING.has(String(pathOf(uri)?.value));
    return isAny && match.entries().every(([key]) => key === 'uri' || ANY.has(key));
  };
  return all.length === 0 || here.some(takesAll) ? null : here;
}

/** Patterns that take every path. */
const EVERYTHING: ReadonlySet<string> = new Set([EVERY, '~.*', '~/.*']);

/** The name of a gateway without its namespace. */
export function plainName(name: string): string {
  return name.replace(/^.*\//, '');
}

/** Conditions of a rule at a gateway. Those that differ only in their path become one route. */
export function matchOf(rule: Cell, gateway: string): readonly RouteMatch[] {
  const all = alternativesOf(rule, gateway);
  if (all === null) {
    const uris = (rule.get('match')?.items() ?? []).map((match) => pathOf(match.get('uri')));
    const found = uris.find((path) => EVERYTHING.has(String(path?.value)));
    return [{ written: { path: found ?? plain(EVERY) }, paths: [EVERY], sample: {} }];
  }
  const isSimple = (match: Cell): boolean =>
    match.entries().every(([key]) => key === 'uri' || ANY.has(key));
  const simple = all.filter(isSimple);
  const paths = simple.flatMap((match) => pathOf(match.get('uri')) ?? []);
  const joined: readonly RouteMatch[] =
    paths.length === 0
      ? []
      : [
          {
            written: { path: oneOrAll(paths) },
            paths: paths.map(({ value }) => String(value)),
            sample: {},
          },
        ];
  return [...joined, ...all.filter((match) => !isSimple(match)).flatMap(single)];
}

const CONDITION =
  'a condition by an expression, the query or the caller has no counterpart: these requests take the next route';

/** Several conditions together; none if one of them has no counterpart, because the route would take other requests too. */
function single(match: Cell): readonly RouteMatch[] {
  const uri = match.get('uri');
  const path = uri === undefined ? plain(EVERY) : pathOf(uri);
  const method = wordsOf(match.get('method'));
  const host = hostOf(match.get('authority'));
  const headers = headersOf(match);
  const isKnown = match.entries().every(([key]) => KNOWN.has(key) || ANY.has(key));
  if (!isKnown || [path, method, host, headers].includes(null)) {
    match.list(CONDITION);
    return [];
  }
  const written = {
    path: path ?? undefined,
    method: method?.written,
    host: host?.written,
    headers: headers === null || headers.entries.size === 0 ? undefined : headers,
  };
  const sample = {
    method: method === undefined ? undefined : plain(method!.sample),
    host: host === undefined ? undefined : plain(host!.sample),
    headers: written.headers === undefined ? undefined : map(bare(written.headers)),
  };
  return [{ written, paths: [String(path!.value)], sample }];
}

const KNOWN: ReadonlySet<string> = new Set(['uri', 'method', 'authority', 'headers']);

/** The same without places: a request repeats what the route says. */
function bare(headers: WrittenMap): readonly (readonly [string, Written])[] {
  return [...headers.entries].map(([key, value]) => {
    const first = value.kind === 'list' ? value.items[0]! : value;
    return [key, first.kind === 'scalar' ? plain(first.value) : first];
  });
}

/** null = a condition without a counterpart. */
function pathOf(uri: Cell | undefined): ReturnType<typeof from> | null {
  const exact = uri?.get('exact');
  const prefix = uri?.get('prefix');
  const regex = uri?.get('regex');
  if (exact?.text() !== undefined) return from(exact.text()!, exact);
  if (prefix?.text() !== undefined) return from(`${prefix.text()! || '/'}*`, prefix);
  return regex?.text() === undefined ? null : from(`~${regex.text()!}`, regex);
}

interface Values {
  readonly written: Written;
  readonly sample: string;
}

/** A value, or the values of an expression such as `GET|HEAD`; undefined = no condition, null = no counterpart. */
function wordsOf(how: Cell | undefined): Values | null | undefined {
  if (how === undefined) return undefined;
  const exact = how.get('exact');
  if (exact?.text() !== undefined)
    return { written: from(exact.text()!, exact), sample: exact.text()! };
  const regex = how.get('regex');
  const [, words] = /^\^?\(?([\w-]+(?:\|[\w-]+)*)\)?\$?$/.exec(regex?.text() ?? '') ?? [];
  const all = words?.split('|');
  if (all === undefined) return null;
  const cells = all.map((word) => from(word, regex));
  return { written: oneOrAll(cells)!, sample: all[0]! };
}

function hostOf(authority: Cell | undefined): Values | null | undefined {
  const prefix = authority?.get('prefix');
  const text = prefix?.text();
  if (text === undefined) return wordsOf(authority);
  return { written: from(`${text}*`, prefix), sample: text };
}

/** Headers with the values that they must have; null = a condition on one has no counterpart. */
export function headersOf(match: Cell): WrittenMap | null {
  const all = match.get('headers')?.entries() ?? [];
  const known = all.flatMap(([name, how]) => {
    const value = wordsOf(how)?.written;
    return value === undefined ? [] : [[name, value] as const];
  });
  return known.length < all.length ? null : map(known);
}

/** Headers by which a rule inside the mesh chooses, one mapping for each alternative: a call has no path there. */
export function meshHeaders(rule: Cell): readonly WrittenMap[] {
  return (alternativesOf(rule, MESH) ?? []).flatMap((match) => {
    const isOfHeaders = match.entries().every(([key]) => key === 'headers' || ANY.has(key));
    const headers = isOfHeaders ? headersOf(match) : null;
    return headers === null ? [] : [headers];
  });
}

/** Whether a rule inside the mesh takes a request. Alternatives with other conditions than its path and its method take none. */
export function takesRequest(rule: Cell, request: TracedRequest): boolean {
  const all = alternativesOf(rule, MESH);
  return (
    all === null ||
    all.some((match) => {
      const isKnown = match.entries().every(([key]) => OF_REQUESTS.has(key) || ANY.has(key));
      const path = pathOf(match.get('uri'));
      const method = wordsOf(match.get('method'))?.written;
      const words = method?.kind === 'list' ? method.items : [method];
      const isMethod = words.some((one) => one?.kind === 'scalar' && one.value === request.method);
      const isPath = path === null ? !match.get('uri') : takesPath(String(path.value), request);
      return isKnown && isPath && (isMethod || match.get('method') === undefined);
    })
  );
}

const OF_REQUESTS: ReadonlySet<string> = new Set(['uri', 'method']);

/** A path that the route takes; null = an expression, for which nothing is known to match. */
export function samplePath({ paths }: RouteMatch): string | null {
  const plainPath = paths.find((path) => !path.startsWith('~'));
  return plainPath === undefined ? null : plainPath.replace(/\*$/, '');
}
