import { NS_PER_SECOND, type Ns } from '../kernel/time.js';
import { parseDuration } from '../contracts/quantities/quantity-text.js';

/** Recorded arrivals: their times, and the request of each; null if the recording has no requests. */
interface ArrivalTrace {
  readonly timesNs: readonly Ns[];
  readonly requests: readonly string[] | null;
}

/** A recording is invalid; `line` is the line of the problem. */
export class TraceError extends Error {
  override readonly name = 'TraceError';

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
  }
}

/** Largest number of lines in a recording. */
const LINES_MAX = 250_000;
const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|([+-])(\d\d):(\d\d))$/;
/** Days of a year before each month, without a leap day. The last entry is for the month after December. */
const DAYS = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365] as const;

interface Row {
  readonly line: number;
  /** Whole seconds (for an instant, since the year 0), separate from the ns, because the sum can exceed 2^53 ns. */
  readonly seconds: number;
  readonly ns: Ns;
  readonly isInstant: boolean;
  readonly request: string | null;
}

/**
 * Parses a recording of arrivals: CSV with the columns `time` and optionally `request` (without a header for times
 * alone), or JSON lines with these fields. A time is a number of seconds, a duration or an ISO 8601 instant. Times are
 * relative to the earliest one.
 */
export function parseArrivalTrace(
  text: string,
  kind: 'csv' | 'jsonl',
  speed: number,
): ArrivalTrace {
  const rows = kind === 'csv' ? rowsOfCsv(text) : rowsOfJson(text);
  if (rows.length === 0) throw new TraceError(1, 'the recording has no arrivals');
  if (rows.length > LINES_MAX)
    throw new TraceError(LINES_MAX, `the recording has too many lines; the limit is ${LINES_MAX}`);
  const [first] = rows;
  let origin = first!.isInstant ? Infinity : 0;
  for (const { line, seconds, isInstant, request } of rows) {
    if (isInstant !== first!.isInstant) {
      throw new TraceError(line, 'write either ISO 8601 instants or times, not both');
    }
    if ((request === null) !== (first!.request === null)) {
      throw new TraceError(line, 'write a request on every line, or on none');
    }
    if (isInstant) origin = Math.min(origin, seconds);
  }
  const sorted = rows
    .map(({ seconds, ns, line, request }) => ({
      at: (seconds - origin) * NS_PER_SECOND + ns,
      line,
      request,
    }))
    .sort((a, b) => a.at - b.at || a.line - b.line);
  const earliest = first!.isInstant ? sorted[0]!.at : 0;
  return {
    timesNs: sorted.map(({ at }) => Math.round((at - earliest) / speed)),
    requests: first!.request === null ? null : sorted.map(({ request }) => request!),
  };
}

function rowsOfCsv(text: string): Row[] {
  const rows: Row[] = [];
  let time = 0;
  let request = -1;
  text.split('\n').forEach((written, index) => {
    const fields = written.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
    if (fields.length === 1 && fields[0] === '') return;
    if (index === 0 && fields.some((field) => /^[a-z]/i.test(field))) {
      time = fields.indexOf('time');
      request = fields.indexOf('request');
      if (time < 0) throw new TraceError(1, 'the header has no column `time`');
      return;
    }
    rows.push(rowOf(index + 1, fields[time], request < 0 ? undefined : fields[request]));
  });
  return rows;
}

function rowsOfJson(text: string): Row[] {
  const rows: Row[] = [];
  text.split('\n').forEach((written, index) => {
    if (written.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(written);
    } catch {
      throw new TraceError(index + 1, 'is not JSON');
    }
    const { time, request } = (value ?? {}) as { time?: unknown; request?: unknown };
    if (request !== undefined && typeof request !== 'string') {
      throw new TraceError(index + 1, 'request must be the name of a request');
    }
    rows.push(rowOf(index + 1, typeof time === 'number' ? String(time) : time, request));
  });
  return rows;
}

function rowOf(line: number, time: unknown, request: string | undefined): Row {
  if (typeof time !== 'string') throw new TraceError(line, 'time is missing');
  const instant = ISO.exec(time);
  const own = { line, request: request ?? null };
  if (instant !== null) {
    const seconds = secondsOf(instant);
    if (seconds === null) throw new TraceError(line, `${time} is not an instant`);
    const ns = Math.round(Number(`0${instant[7] ?? ''}`) * NS_PER_SECOND);
    return { ...own, seconds, ns, isInstant: true };
  }
  const isNumber = /^\d+(\.\d+)?(e-?\d+)?$/.test(time);
  try {
    const ns = isNumber ? Math.round(Number(time) * NS_PER_SECOND) : parseDuration(time);
    if (!Number.isSafeInteger(ns)) throw new TraceError(line, `${time} is too late`);
    return { ...own, seconds: 0, ns, isInstant: false };
  } catch (error) {
    if (error instanceof TraceError) throw error;
    throw new TraceError(line, 'expected a time: seconds, a duration or an ISO 8601 instant');
  }
}

/** Whole seconds of an instant since the year 0; null if there is no such date or time. */
function secondsOf(instant: RegExpExecArray): number | null {
  const [year, month, day, hour, minute, second] = instant.slice(1, 7).map(Number);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return null;
  const inMonth = DAYS[month] - DAYS[month - 1] + (isLeap && month === 2 ? 1 : 0);
  if (day > inMonth) return null;
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const inYear = DAYS[month - 1] + day + (isLeap && month > 2 ? 1 : 0);
  const days = year * 365 + leapDays + inYear;
  const offset = (Number(instant[9] ?? 0) * 60 + Number(instant[10] ?? 0)) * 60;
  const east = instant[8] === '-' ? -offset : offset;
  return ((days * 24 + hour) * 60 + minute) * 60 + second - east;
}
