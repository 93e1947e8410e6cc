const DAY_SEC = 86_400n;
const SECOND_NS = 1_000_000_000n;

/** RFC 3339 with nanoseconds and Z, from ns since 1970, for the years 1970 to 9999. */
export function rfc3339(ns: bigint): string {
  const seconds = ns / SECOND_NS;
  const [year, month, day] = civil(Number(seconds / DAY_SEC));
  const ofDay = Number(seconds % DAY_SEC);
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map(two);
  const fraction = String(ns % SECOND_NS).padStart(9, '0');
  return `${year}-${two(month)}-${two(day)}T${clock.join(':')}.${fraction}Z`;
}

/** Year, month and day from days since 1970. Source: H. Hinnant, chrono-compatible low-level date algorithms. */
function civil(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return [year + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
