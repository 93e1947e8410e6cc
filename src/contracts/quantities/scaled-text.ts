/** A number with a unit at the start of a value: not the 99 of `p99=`. */
const WITH_UNIT = /(^|[\s(=,])(\d+(?:\.\d+)?)( ?\/ ?[a-z]+|[A-Za-z]+)(?![\w(=])/g;
const QUANTITY = /^-?\d+(?:\.\d+)?(?:%| ?\/ ?[a-z]+|[A-Za-z]+)$/;
const PERCENT = /^(-?\d+(?:\.\d+)?)%$/;

/**
 * Multiplies a quantity by a factor and keeps its unit: `50/s` x 1.5 is `75/s`. In a distribution every
 * quantity with a unit is scaled, which keeps its shape. null for other texts.
 */
export function scaledText(text: string, factor: number): string | null {
  const trimmed = text.trim();
  const percent = PERCENT.exec(trimmed);
  if (percent !== null) return `${digits(Number(percent[1]) * factor)}%`;
  if (!QUANTITY.test(trimmed) && !/^[A-Za-z]\w*\(.*\)$/s.test(trimmed)) return null;
  const result = trimmed.replace(
    WITH_UNIT,
    (_, before: string, number: string, unit: string) =>
      `${before}${digits(Number(number) * factor)}${unit}`,
  );
  return result === trimmed && factor !== 1 ? null : result;
}

/** At most twelve digits, without an exponent, which quantities do not allow. */
function digits(value: number): string {
  const text = String(Number(value.toPrecision(12)));
  return text.includes('e') ? value.toFixed(9).replace(/\.?0+$/, '') : text;
}
