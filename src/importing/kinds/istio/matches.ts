import type { Cell } from '../../cell.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';

/** The condition of a route, and a request that meets it. */
export interface RouteMatch {
  readonly written: Readonly<Record<string, Written | undefined>>;
  readonly paths: readonly string[];
  readonly sample: Readonly<Record<string, Written | undefined>>;
}

/** Conditions of a rule. Those that differ only in their path become one route. */
export function matchOf(rule: Cell): readonly RouteMatch[] {
  const all = rule.get('match')?.items() ?? [];
  if (all.length === 0) return [{ written: { path: plain('/*') }, paths: ['/*'], sample: {} }];
  const simple = all.filter((match) => match.entries().every(([key]) => key === 'uri'));
  const others = all.filter((match) => !simple.includes(match));
  const paths = simple.flatMap((match) => pathOf(match.get('uri')) ?? []);
  const joined: readonly RouteMatch[] =
    paths.length === 0
      ? []
      : [
          {
            written: { path: paths.length === 1 ? paths[0]! : list(paths) },
            paths: paths.map(({ value }) => String(value)),
            sample: {},
          },
        ];
  return [...joined, ...others.flatMap(single)];
}

function single(match: Cell): readonly RouteMatch[] {
  const path = pathOf(match.get('uri')) ?? plain('/*');
  const method = match.get('method', 'exact');
  const word = method?.text();
  const headers = exactHeaders(match);
  if (match.get('headers') !== undefined && headers === null) return [];
  const written = {
    path,
    method: word === undefined ? undefined : from(word, method),
    headers: headers ?? undefined,
  };
  const sample = {
    method: word === undefined ? undefined : plain(word),
    headers: headers === null ? undefined : map(bare(headers)),
  };
  return [{ written, paths: [String(path.value)], sample }];
}

/** The same without places: a request repeats what the route says. */
function bare(headers: WrittenMap): readonly (readonly [string, Written])[] {
  return [...headers.entries].map(([key, value]) => [
    key,
    value.kind === 'scalar' ? plain(value.value) : value,
  ]);
}

function pathOf(uri: Cell | undefined): ReturnType<typeof from> | undefined {
  const exact = uri?.get('exact');
  const prefix = uri?.get('prefix');
  const regex = uri?.get('regex');
  if (exact?.text() !== undefined) return from(exact.text()!, exact);
  if (prefix?.text() !== undefined) return from(`${prefix.text()! || '/'}*`, prefix);
  return regex?.text() === undefined ? undefined : from(`~${regex.text()!}`, regex);
}

function exactHeaders(match: Cell): WrittenMap | null {
  const known = (match.get('headers')?.entries() ?? []).flatMap(([name, how]) => {
    const exact = how.get('exact');
    return exact?.text() === undefined ? [] : [[name, from(exact.text()!, exact)] as const];
  });
  return known.length === 0 ? null : map(known);
}

/** Headers by which a rule inside the mesh chooses; null = it chooses by something else. */
export function headersOf(rule: Cell): WrittenMap | null {
  const [first] = rule.get('match')?.items() ?? [];
  return first === undefined ? null : exactHeaders(first);
}

/** A path that the route takes; null = an expression, for which nothing is known to match. */
export function samplePath({ paths }: RouteMatch): string | null {
  const plainPath = paths.find((path) => !path.startsWith('~'));
  return plainPath === undefined ? null : plainPath.replace(/\*$/, '');
}
