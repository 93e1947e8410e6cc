import type { Cell } from '../../cell.js';
import { from, list, map, plain, type Written } from '../../written.js';

/** The condition of a route, a request that meets it, and how much it asks for: the greater goes first. */
export interface ApiMatch {
  readonly written: Readonly<Record<string, Written | undefined>>;
  readonly sample: Readonly<Record<string, Written | undefined>>;
  readonly rank: readonly number[];
}

/** Conditions of a rule; one that asks for a parameter of the query has no counterpart. */
export function apiMatches(rule: Cell): readonly ApiMatch[] {
  const all = rule.get('matches')?.items() ?? [];
  if (all.length === 0) return [EVERY];
  return all.flatMap((match) => {
    if (match.get('queryParams') !== undefined) return [];
    const headers = headersOf(match);
    if (headers === null) return [];
    const { path, sample, rank } =
      match.get('method', 'service') === undefined ? pathOf(match) : grpcOf(match);
    const method = match.get('method');
    const word = method?.text();
    return [
      {
        written: {
          path,
          method: word === undefined ? undefined : from(word, method),
          headers: headers.length === 0 ? undefined : map(headers),
        },
        sample: {
          path: sample === null ? undefined : plain(sample),
          method: word === undefined ? undefined : plain(word),
          headers:
            headers.length === 0
              ? undefined
              : map(headers.map(([name, value]) => [name, plain(value.value)] as const)),
        },
        rank: [...rank, word === undefined ? 0 : 1, headers.length],
      },
    ];
  });
}

const EVERY: ApiMatch = {
  written: { path: plain('/*') },
  sample: { path: plain('/') },
  rank: [0, 0, 0, 0],
};

interface PathMatch {
  readonly path: Written;
  /** A path that matches; null = an expression. */
  readonly sample: string | null;
  /** An exact path goes before a prefix, and a longer one before a shorter one. */
  readonly rank: readonly number[];
}

/** A prefix ends at a `/`: `/api` takes `/api/users`, and not `/apis`. */
function pathOf(match: Cell): PathMatch {
  const type = match.get('path', 'type')?.text() ?? 'PathPrefix';
  const cell = match.get('path', 'value');
  const value = cell?.text() ?? '/';
  const length = value.length;
  if (type === 'Exact') return { path: from(value, cell), sample: value, rank: [2, length] };
  if (type === 'RegularExpression')
    return { path: from(`~${value}`, cell), sample: null, rank: [1, length] };
  const stem = value.replace(/\/+$/, '');
  if (stem === '') return { path: from('/*', cell), sample: '/', rank: [0, 0] };
  return { path: list([from(stem, cell), plain(`${stem}/*`)]), sample: stem, rank: [0, length] };
}

/** A call of gRPC has the path `/service/method`. */
function grpcOf(match: Cell): PathMatch {
  const service = match.get('method', 'service');
  const method = match.get('method', 'method');
  const path = `/${service?.text() ?? ''}/${method?.text() ?? '*'}`;
  const isWhole = method !== undefined;
  return {
    path: from(path, service, method),
    sample: path.replace('*', 'Call'),
    rank: [isWhole ? 2 : 0, path.length],
  };
}

function headersOf(match: Cell): readonly (readonly [string, ReturnType<typeof from>])[] | null {
  const all = match.get('headers')?.items() ?? [];
  const read = all.map((header) => {
    const value = header.get('value');
    const name = header.get('name')?.text();
    const isExact = (header.get('type')?.text() ?? 'Exact') === 'Exact';
    if (!isExact || name === undefined || value?.text() === undefined) return null;
    return [name, from(value.text()!, value)] as const;
  });
  return read.includes(null) ? null : read.filter((one) => one !== null);
}

/** Compares two ranks: negative if the first one goes first. */
export function byRank(a: readonly number[], b: readonly number[]): number {
  for (const [index, own] of a.entries()) {
    const difference = (b[index] ?? 0) - own;
    if (difference !== 0) return difference;
  }
  return 0;
}
