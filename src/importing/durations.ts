const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6 };

/** Seconds of a duration of Go such as `1m30s`; null = it is none. */
export function secondsIn(text: string | undefined): number | null {
  if (text === undefined || !/^(\d+(\.\d+)?(us|ms|s|m|h))+$/.test(text)) return null;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0);
}
