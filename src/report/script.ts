/** The source expression that lets a page's policy run exactly this script: `sha256-…` from the hash's hex digits. */
export function scriptSource(sha256Hex: string): string {
  const bytes = sha256Hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b = 0, c = 0] = bytes.slice(i, i + 3);
    const word = (a! << 16) | (b << 8) | c;
    const left = bytes.length - i;
    text += DIGITS[word >> 18]! + DIGITS[(word >> 12) & 63]!;
    text += left > 1 ? DIGITS[(word >> 6) & 63]! : '=';
    text += left > 2 ? DIGITS[word & 63]! : '=';
  }
  return `sha256-${text}`;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
