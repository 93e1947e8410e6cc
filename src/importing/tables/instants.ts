/**
 * Seconds since 1970 of an instant of ISO 8601: `2026-01-12T09:00:00Z`, with an offset, or without one in UTC; null for other
 * texts. Days follow from years that begin in March. Source: Hinnant 2013, chrono-compatible low-level date algorithms.
 */
export function secondsSince1970(text: string): number | null {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?(?:Z|([+-])(\d\d):?(\d\d))?$/.exec(
      text,
    );
  if (parts === null) return null;
  const [, y, m, d, hours = 0, minutes = 0, seconds = 0, sign, zoneHours = 0, zoneMinutes = 0] =
    parts;
  const month = Number(m);
  const year = Number(y) - (month <= 2 ? 1 : 0);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + Number(d) - 1;
  const leaps = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  const days = year * 365 + leaps + dayOfYear - DAYS_TO_1970;
  const zone = 60 * (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  return ((days * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds) - zone;
}

/** From the first of March of the year 0. */
const DAYS_TO_1970 = 719_468;
