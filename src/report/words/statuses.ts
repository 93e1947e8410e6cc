import type { Result, VariantResult } from '../../contracts/result/result.js';
import type { AnswerResult } from '../../contracts/result/components.js';
import { sortedKeys } from '../../text/order.js';
import { formatShare } from '../../text/figures.js';
import { list } from '../../text/words.js';

/** Responses of one subject by status. */
export interface StatusRow {
  readonly variant: string;
  /** A component, or `component.part`. */
  readonly subject: string;
  readonly isWorkload: boolean;
  /** Finished requests, with or without a status. */
  readonly finished: number;
  readonly counts: ReadonlyMap<string, number>;
}

const KINDS: ReadonlySet<string> = new Set(['workload', 'gateway', 'service']);

/**
 * Subjects whose failures have several statuses of one class, in any variant: for the others the outcomes say as much.
 * A component is left out if it has only one part.
 */
export function statusRows({ variants }: Pick<Result, 'variants'>): readonly StatusRow[] {
  const rows = variants.flatMap((variant) => rowsOf(variant));
  const telling = new Set(rows.filter(isTelling).map(({ subject }) => subject));
  return rows.filter(({ subject, counts }) => telling.has(subject) && counts.size > 0);
}

function rowsOf({ name: variant, components }: VariantResult): StatusRow[] {
  return sortedKeys(components).flatMap((component) => {
    const own = components[component]!;
    if (!KINDS.has(own.kind)) return [];
    const isWorkload = own.kind === 'workload';
    const row = (subject: string, answers: AnswerResult): StatusRow => ({
      variant,
      subject,
      isWorkload,
      finished: answers.latency.count,
      counts: new Map(Object.entries(answers.statuses ?? {})),
    });
    const parts = sortedKeys(own.parts).map((part) =>
      row(`${component}.${part}`, own.parts[part]!),
    );
    return parts.length === 1 ? parts : [row(component, own), ...parts];
  });
}

/** Whether the failures of a row have several statuses of one class. */
export function isTelling({ counts }: StatusRow): boolean {
  const failures = [...counts.keys()].filter((status) => status >= '4');
  return failures.some((status) =>
    failures.some((other) => other !== status && other[0] === status[0]),
  );
}

/** Failure statuses of a row as shares of its finished requests, the most frequent ones first. */
export function statusWords({ counts, finished }: StatusRow, most: number): string {
  const words = [...counts]
    .filter(([status]) => status >= '4')
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([status, n]) => `${status} (${formatShare(n / finished)})`);
  return list(words);
}

/** One line for each workload whose failures have several statuses of one class, of the variant `of` if it has any. */
export function statusLines(
  result: Pick<Result, 'variants'>,
  of: string,
  most: number,
): readonly string[] {
  const several = result.variants.length > 1;
  const all = statusRows(result).filter((row) => row.isWorkload && isTelling(row));
  const own = all.filter(({ variant }) => variant === of);
  return (own.length > 0 ? own : all)
    .slice(0, most)
    .map((row) => `${several ? `${row.variant}: ` : ''}${row.subject} gets ${statusWords(row, 5)}`);
}
