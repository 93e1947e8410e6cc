import { studentQuantile } from '../../stats/student.js';

/** CPU of one request, and what a service uses without any. Unit: seconds, and cores. */
export interface Demand {
  readonly perRequest: number;
  /** 95 % interval; null where the load does not change, because then no data divide the two. */
  readonly interval: readonly [number, number] | null;
  readonly background: number;
  /** Pieces of the time range with both. */
  readonly n: number;
}

/** Fewest pieces, and the least change of the load, as standard deviation over mean. */
const PIECES_LEAST = 5;
const CHANGE_LEAST = 0.1;
/** Largest half of the interval of a slope that says something. */
const HALF_MOST = 0.3;

/**
 * The utilisation law with a background: `cores = background + perRequest x rate`, least squares over pieces of time. Without
 * the background the demand would be too large by what the process does without requests. Where the load hardly changes, the
 * data do not divide the two, and all CPU counts as that of requests. null without requests or CPU. Source: Bard, M.; Shatzoff,
 * M. 1978, and Pacifici et al. 2008 for the intercept.
 */
export function demandOf(cores: readonly number[], rates: readonly number[]): Demand | null {
  const rows = cores.flatMap((used, k) =>
    Number.isNaN(used) || Number.isNaN(rates[k]!) ? [] : [{ used, rate: rates[k]! }],
  );
  const n = rows.length;
  const mean = (of: (row: { used: number; rate: number }) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0) / n;
  const [used, rate] = [mean((row) => row.used), mean((row) => row.rate)];
  if (n === 0 || !(rate > 0) || !(used > 0)) return null;
  const whole: Demand = { perRequest: used / rate, interval: null, background: 0, n };
  const spread = mean((row) => (row.rate - rate) * (row.rate - rate));
  if (n < PIECES_LEAST || Math.sqrt(spread) < CHANGE_LEAST * rate) return whole;
  const slope = mean((row) => (row.rate - rate) * (row.used - used)) / spread;
  const background = used - slope * rate;
  const residual = mean((row) => {
    const off = row.used - background - slope * row.rate;
    return off * off;
  });
  const error = Math.sqrt((residual * n) / (n - 2) / (n * spread));
  const half = studentQuantile(0.975, n - 2) * error;
  if (!(slope > 0) || half > HALF_MOST * slope || background < -half * rate) return whole;
  return {
    perRequest: slope,
    interval: [slope - half, slope + half],
    background: Math.max(0, background),
    n,
  };
}
