import { byCodeUnit } from '../../text/order.js';
import type { SourceText } from '../cell.js';
import { ImportError } from '../error.js';

/** One series of a range: its labels, and its samples in the order of time. Unit: seconds. */
export interface Series {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** The series of files, and what was not taken. */
export interface ReadSeries {
  readonly series: readonly Series[];
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
}

const EXPECTED =
  'expected the response of /api/v1/query_range, such as { "status": "success", "data": { "resultType": "matrix" } }';

/**
 * The series of responses of Prometheus to range queries: one response a file, a list of them, or one a line. Throws an
 * ImportError for anything else. Source: https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries
 */
export function readSeries(sources: readonly SourceText[]): ReadSeries {
  const counts = new Map<string, number>();
  const leave = (reason: string, count = 1): void => {
    if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
  };
  const known = new Map<string, Series>();
  for (const source of sources) {
    for (const response of responsesOf(source)) {
      for (const result of resultsOf(response, source.path)) {
        const series = seriesOf(result, leave);
        if (series === null) continue;
        const key = [series.name, ...[...series.labels].map((pair) => pair.join('='))].join('\n');
        const other = known.get(key);
        known.set(key, other === undefined ? series : joined(other, series, leave));
      }
    }
  }
  const leftOut = [...counts].map(([reason, count]) => ({ reason, count }));
  return { series: [...known.values()], leftOut };
}

function responsesOf({ path, text }: SourceText): readonly unknown[] {
  try {
    const whole: unknown = JSON.parse(text);
    return Array.isArray(whole) ? (whole as readonly unknown[]) : [whole];
  } catch {
    // One response a line.
  }
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      throw new ImportError(`${path}:${index + 1}: is no complete JSON: ${EXPECTED}`);
    }
  });
}

function resultsOf(response: unknown, path: string): readonly unknown[] {
  const { status, error, data } = fieldsOf(response);
  if (status === 'error') {
    throw new ImportError(`${path}: Prometheus answered with an error: ${textOf(error)}`);
  }
  const { resultType, result } = fieldsOf(data);
  if (resultType === 'vector' || resultType === 'scalar') {
    throw new ImportError(
      `${path}: has one instant (${textOf(resultType)}), which has no rate: use /api/v1/query_range`,
    );
  }
  if (resultType !== 'matrix' || !Array.isArray(result)) {
    throw new ImportError(`${path}: is no range export of Prometheus: ${EXPECTED}`);
  }
  return result as readonly unknown[];
}

type Leave = (reason: string, count?: number) => void;

function seriesOf(result: unknown, leave: Leave): Series | null {
  const { metric, values } = fieldsOf(result);
  const labels = Object.entries(fieldsOf(metric)).sort(([a], [b]) => byCodeUnit(a, b));
  const { __name__: name } = fieldsOf(metric);
  if (typeof name !== 'string') {
    // Functions such as rate() drop the name.
    leave('series without a name: export the counters themselves, without rate() or sum()');
    return null;
  }
  const times: number[] = [];
  const numbers: number[] = [];
  let wrong = 0;
  for (const sample of Array.isArray(values) ? (values as readonly unknown[]) : []) {
    const [time, value] = Array.isArray(sample) ? (sample as readonly unknown[]) : [];
    const at = Number(time);
    const number = typeof value === 'string' ? Number(value) : NaN;
    const isLater = times.length === 0 || at > times.at(-1)!;
    if (!Number.isFinite(at) || !Number.isFinite(number) || !isLater) wrong++;
    else {
      times.push(at);
      numbers.push(number);
    }
  }
  leave('samples that are no numbers, or not in the order of time', wrong);
  const texts = labels.flatMap(([key, value]) =>
    key === '__name__' || typeof value !== 'string' ? [] : [[key, value] as const],
  );
  return { name, labels: new Map(texts), times, values: numbers };
}

/** Both parts of one series, whose files may overlap. */
function joined(one: Series, other: Series, leave: Leave): Series {
  const samples = new Map<number, number>();
  for (const { times, values } of [one, other]) {
    times.forEach((time, k) => samples.set(time, values[k]!));
  }
  leave(
    'samples that two files have: used once',
    one.times.length + other.times.length - samples.size,
  );
  const sorted = [...samples].sort(([a], [b]) => a - b);
  return {
    ...one,
    times: sorted.map(([time]) => time),
    values: sorted.map(([, value]) => value),
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'no reason';
}
