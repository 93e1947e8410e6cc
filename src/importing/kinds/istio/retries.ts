import { ENVOY_OUTCOMES } from '../../../scenario/product-words.js';
import type { Cell } from '../../cell.js';
import { from, list, map, plain, type Written } from '../../written.js';

/** Conditions of Envoy, as outcomes of the language: the first of each, since the kind istio adds the others itself. */
const CONDITIONS: ReadonlyMap<string, string> = new Map(
  Object.entries(ENVOY_OUTCOMES).map(([word, [outcome]]) => [word, outcome!]),
);

/** Time limits and retries of a rule of a VirtualService, as fields of a bundle. */
export function ruleBundle(rule: Cell): Map<string, Written> {
  const fields = new Map<string, Written>();
  const total = durationOf(rule.get('timeout'));
  set(fields, 'deadline', total);
  const retries = rule.get('retries');
  if (retries === undefined) return fields;
  const attempts = retries.get('attempts');
  // Istio counts the tries after the first one. Without tries the limit of each one does not act either.
  const count = Math.max(0, attempts?.number() ?? 0);
  if (count > 0) set(fields, 'timeout', durationOf(retries.get('perTryTimeout')));
  const isNone = count === 0;
  const base = durationOf(retries.get('backoff'));
  fields.set(
    'retry',
    map({
      kind: plain('istio'),
      attempts: attempts === undefined ? NO_TRIES : from(count + 1, attempts),
      on: isNone ? undefined : outcomesOf(retries.get('retryOn')),
      backoff: isNone || base === undefined ? undefined : map({ base }),
    }),
  );
  retries.get('perTryTimeout')?.list('without `attempts` Istio repeats nothing and limits no try');
  retries.get('backoff')?.list('no try is repeated');
  const rest = 'Envoy decides it for each try, and the simulation has one rule for all';
  retries.get('retryOn')?.list('no try is repeated, or no condition has a counterpart');
  retries.get('retryRemoteLocalities')?.list(rest);
  retries.get('retryIgnorePreviousHosts')?.list(rest);
  return fields;
}

const NO_TRIES: Written = { ...plain(1), note: 'Istio repeats nothing without `attempts`' };

function set(fields: Map<string, Written>, name: string, value: Written | undefined): void {
  if (value !== undefined) fields.set(name, value);
}

/** `0s` means no limit in Istio. */
export function durationOf(cell: Cell | undefined): Written | undefined {
  const text = cell?.text()?.trim();
  if (text === undefined || !/^([0-9.]+(h|m|s|ms|us))+$/.test(text)) return undefined;
  if (!/[1-9]/.test(text)) {
    cell?.list('no limit is the default');
    return undefined;
  }
  return from(text, cell);
}

/** The outcomes of a list of conditions such as `5xx,reset`. `codes`: further statuses that are repeated. */
export function outcomesOf(cell: Cell | undefined, codes?: Cell): Written | undefined {
  const all = cell?.items() ?? [];
  const words = (all.length > 0 ? all : [cell]).flatMap((one) =>
    (one?.text() ?? '').split(',').map((word) => ({ word: word.trim(), cell: one })),
  );
  const known = new Map<string, Cell | undefined>();
  for (const { word, cell: own } of words) {
    const outcome = /^[45]\d\d$/.test(word) ? word : CONDITIONS.get(word);
    if (outcome !== undefined && !known.has(outcome)) known.set(outcome, own);
    if (word !== 'retriable-status-codes') continue;
    for (const code of codes?.items() ?? []) known.set(code.text() ?? '', code);
  }
  // A refused stream is a connection that failed before the callee began to work.
  if (known.has('connect')) known.delete('refused');
  if (known.size === 0) return undefined;
  const outcomes = [...known].map(([word, own]) =>
    from(/^\d+$/.test(word) ? Number(word) : word, own),
  );
  return list(outcomes);
}
