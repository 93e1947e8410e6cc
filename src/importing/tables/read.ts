import type { SourceText } from '../cell.js';
import { ImportError } from '../error.js';
import { secondsSince1970 } from './instants.js';

/** Figures of one service in one piece of the time. Unit: seconds. */
export interface Row {
  readonly requests: number;
  readonly mean: number | null;
  /** The percentiles that the row has. */
  readonly quantiles: ReadonlyMap<number, number>;
  /** Share of the requests that fail. */
  readonly failed: number;
}

/** A call of the graph; the number of its requests where the table counts them. */
export interface TableCall {
  readonly from: string;
  readonly to: string;
  readonly requests: number | null;
  /** Mean time of these requests, where it is known apart from that of other callers; seconds. */
  readonly mean?: number | null;
}

/** Services and the calls between them, as tables have them. */
export interface TableFacts {
  /** By service, and by the start of a piece of the time. */
  readonly services: ReadonlyMap<string, ReadonlyMap<number, Row>>;
  readonly calls: readonly TableCall[];
  /** Requests from outside, where they are counted; else those of services that nothing calls. */
  readonly outside?: ReadonlyMap<string, number>;
  readonly rows: number;
  /** Unit: seconds. */
  readonly seconds: number;
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
}

const EXPECTED =
  'expected the columns service, time, requests, mean, p50, p90, p95, p99, availability, or caller, callee, requests';

/** Whether a file is a table of figures or of calls, by its first line. */
export function looksLikeTable({ text }: SourceText): boolean {
  const names = cellsOf(text.slice(0, FIRST_LINE).split(/\r?\n/)[0] ?? '').map(plainName);
  return names.includes('service') || (names.includes('caller') && names.includes('callee'));
}

const FIRST_LINE = 10_000;
/** Largest table: a year of minutes of a few services. */
const ROWS_MAX = 2_000_000;

/** Tables of services with their requests, times and failures, and tables of the calls between them. Throws an ImportError. */
export function readTables(sources: readonly SourceText[]): TableFacts {
  const services = new Map<string, Map<number, Row>>();
  const calls = new Map<string, { from: string; to: string; requests: number | null }>();
  const left = new Map<string, number>();
  const leave = (reason: string): void => void left.set(reason, (left.get(reason) ?? 0) + 1);
  let [rows, said] = [0, 0];
  for (const source of sources) {
    const table = tableOf(source);
    const isGraph = table.has('caller');
    for (const { read, place } of table.rows) {
      if (++rows > ROWS_MAX) throw new ImportError(`${place}: more than ${ROWS_MAX} rows`);
      if (isGraph) {
        const [from, to, requests] = [read('caller'), read('callee'), numberOf(read('requests'))];
        if (from === '' || to === '' || from === to) {
          leave('calls without a caller or a callee, or of a service by itself');
          continue;
        }
        const key = `${from}\n${to}`;
        const known = calls.get(key);
        const sum = requests === null ? null : requests + (known?.requests ?? 0);
        calls.set(key, { from, to, requests: sum });
        continue;
      }
      const requests = numberOf(read('requests'));
      if (read('service') === '' || requests === null || requests < 0) {
        leave('rows without a service or a number of requests');
        continue;
      }
      said = Math.max(said, numberOf(read('seconds')) ?? 0);
      const own = services.get(read('service')) ?? new Map<number, Row>();
      services.set(read('service'), own);
      const time = timeOf(read('time'), place);
      if (own.has(time)) leave('rows of a service and a time that another row has');
      else own.set(time, rowOf(read, requests, table));
    }
  }
  if (services.size === 0)
    throw new ImportError(`${sources[0]!.path}: no row has a service: ${EXPECTED}`);
  const leftOut = [...left].map(([reason, count]) => ({ reason, count }));
  const seconds = secondsOf(services, said, sources[0]!.path);
  return { services, calls: [...calls.values()], rows, seconds, leftOut };
}

/** The name of a column without its unit: `p50_ms` and `P50 (ms)` are `p50`. */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(UNIT, '')
    .replace(/[^a-z0-9]/g, '');
}

const UNIT = /[ _(]+(ms|s|seconds|%|percent)\)?$/;

interface Table {
  has(name: string): boolean;
  /** Seconds of one unit of a column. */
  unit(name: string): number;
  readonly rows: readonly { readonly read: (name: string) => string; readonly place: string }[];
}

function tableOf({ path, text }: SourceText): Table {
  const lines = text.split(/\r?\n/);
  const names = cellsOf(lines[0] ?? '');
  const columns = new Map(names.map((name, k) => [plainName(name), k]));
  const rows = lines.slice(1).flatMap((line, k) => {
    if (line.trim() === '') return [];
    const cells = cellsOf(line);
    const read = (name: string): string => cells[columns.get(name) ?? -1] ?? '';
    return [{ read, place: `${path}:${k + 2}` }];
  });
  const unit = (name: string): number =>
    /ms\)?$/i.test(names[columns.get(name) ?? -1] ?? '') ? 1e-3 : 1;
  return { has: (name) => columns.has(name), unit, rows };
}

/** The cells of a line; quotes around one may hold commas. Source: RFC 4180, without line ends in a cell. */
function cellsOf(line: string): readonly string[] {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain!).trim());
}

function numberOf(text: string): number | null {
  const value = Number(text);
  return text === '' || !Number.isFinite(value) ? null : value;
}

/** Seconds since 1970, or an instant as ISO 8601 has it; 0 without one. */
function timeOf(text: string, place: string): number {
  if (text === '') return 0;
  const time = numberOf(text) ?? secondsSince1970(text);
  if (time !== null) return time;
  throw new ImportError(
    `${place}: ${text} is not a time: write seconds since 1970, or 2026-01-12T09:00:00Z`,
  );
}

const QUANTILES = [50, 90, 95, 99] as const;

function rowOf(read: (name: string) => string, requests: number, { unit }: Table): Row {
  const duration = (name: string): number | null => {
    const value = numberOf(read(name));
    return value === null || value < 0 ? null : value * unit(name);
  };
  const quantiles = QUANTILES.flatMap((percent) => {
    const value = duration(`p${percent}`);
    return value === null ? [] : [[percent / 100, value] as const];
  });
  const availability = numberOf(read('availability'));
  const errors = numberOf(read('errors'));
  const failed =
    errors !== null && requests > 0
      ? errors / requests
      : availability === null
        ? 0
        : 1 - availability / 100;
  return {
    requests,
    mean: duration('mean'),
    quantiles: new Map(quantiles),
    failed: Math.min(1, Math.max(0, failed)),
  };
}

/** How long the rows are together: the least distance of two times is the length of one. */
function secondsOf(services: TableFacts['services'], said: number, path: string): number {
  const all = [...new Set([...services.values()].flatMap((own) => [...own.keys()]))];
  all.sort((a, b) => a - b);
  const steps = all.slice(1).map((time, k) => time - all[k]!);
  const step = said > 0 ? said : steps.reduce((least, one) => Math.min(least, one), Infinity);
  if (Number.isFinite(step)) return step * all.length;
  throw new ImportError(
    `${path}: how long a row counts is not known: add a column seconds, or several times`,
  );
}
