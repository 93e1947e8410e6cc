/** A text is no PromQL, or none that is read here. */
export class PromqlError extends Error {
  readonly offset: number;
  readonly found: string;
  readonly allowed: readonly string[];

  constructor(message: string, offset: number, found: string, allowed: readonly string[] = []) {
    super(message);
    this.name = 'PromqlError';
    this.offset = offset;
    this.found = found;
    this.allowed = allowed;
  }
}

/** Seconds of the units of a duration. Source: prometheus/common, model/time.go (ParseDuration). */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 0.001],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['w', 604_800],
  ['y', 31_536_000],
]);
const DURATION = /^(?:\d+(?:ms|[smhdwy]))+/;
const NUMBER = /^(?:0x[0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|(?:Inf|NaN)\b)/i;
const WORD = /^[A-Za-z_:][A-Za-z0-9_:]*/;

/** Seconds of a duration as Prometheus writes it, such as `1h30m`; null if it is none. */
export function promSeconds(text: string): number | null {
  const found = DURATION.exec(text)?.[0];
  if (found === undefined || found.length !== text.length) return null;
  return secondsIn(found);
}

function secondsIn(text: string): number {
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    total += Number(count) * UNITS.get(unit)!;
  }
  return total;
}

/** Reads the pieces of a text from left to right. */
export class Scan {
  at = 0;

  constructor(readonly text: string) {
    this.space();
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The next word, or ''. */
  get word(): string {
    return WORD.exec(this.rest)?.[0] ?? '';
  }

  /** What is there, for a message. */
  get found(): string {
    return /^(?:[\w:.]+|\S)/.exec(this.rest)?.[0] ?? '';
  }

  get rest(): string {
    return this.text.slice(this.at);
  }

  fail(message: string, allowed: readonly string[] = [], at = this.at): never {
    throw new PromqlError(message, at, this.found, allowed);
  }

  /** Takes a sign, if it is there. */
  take(sign: string): boolean {
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    this.space();
    return true;
  }

  expect(sign: string, after: string): void {
    if (!this.take(sign)) this.fail(`expected ${sign} ${after}`, [sign]);
  }

  /** Takes a word, if it is the next one as a whole; the case of keywords does not matter. */
  takeWord(word: string): boolean {
    return this.word.toLowerCase() === word && this.take(this.word);
  }

  name(what: string): string {
    const { word } = this;
    if (word === '') this.fail(`expected ${what}`);
    this.take(word);
    return word;
  }

  /** A number, or null if there is none. */
  number(): number | null {
    const found = NUMBER.exec(this.rest)?.[0];
    if (found === undefined) return null;
    this.take(found);
    if (/^inf$/i.test(found)) return Infinity;
    return /^nan$/i.test(found) ? NaN : Number(found);
  }

  duration(): number {
    const found = DURATION.exec(this.rest)?.[0];
    if (found === undefined) this.fail('expected a duration such as 5m', ['5m']);
    this.take(found!);
    return secondsIn(found!);
  }

  /** A text in quotes of any of the three kinds. */
  quoted(): string {
    const quote = this.text[this.at] ?? '';
    if (!['"', "'", '`'].includes(quote)) this.fail('expected a text in quotes');
    let value = '';
    for (let at = this.at + 1; at < this.text.length; at++) {
      const char = this.text[at]!;
      if (char === quote) {
        this.at = at + 1;
        this.space();
        return value;
      }
      value += char === '\\' && quote !== '`' ? escapeOf(this.text[++at] ?? '') : char;
    }
    return this.fail(`a text begins with ${quote} and does not end`);
  }

  /** Skips spaces and comments. */
  private space(): void {
    this.at += /^(?:\s|#[^\n]*)*/.exec(this.rest)![0].length;
  }
}

function escapeOf(char: string): string {
  if (char === 'n') return '\n';
  return char === 't' ? '\t' : char;
}
