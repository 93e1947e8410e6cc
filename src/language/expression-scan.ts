import type { Quantity } from '../contracts/scenario/expression.js';

/** Why a text is not an expression: a message, the offset, the text found there, and the allowed texts. */
export interface ExpressionProblem {
  readonly message: string;
  /** Offset of the first wrong character. */
  readonly offset: number;
  readonly found: string;
  readonly allowed: readonly string[];
}

/** Thrown inside the parser only; callers get the problem as a value. */
export class ExpressionError extends Error {
  constructor(readonly problem: ExpressionProblem) {
    super(problem.message);
    this.name = 'ExpressionError';
  }
}

/** Nanoseconds of each unit of duration. */
const DURATION_NS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);
const RATE_SECONDS: ReadonlyMap<string, number> = new Map([
  ['/s', 1],
  ['/min', 60],
  ['/h', 3600],
]);
const SIZES: ReadonlySet<string> = new Set(['B', 'kB', 'KB', 'KiB', 'MB', 'MiB', 'GB', 'GiB']);
const QUANTITY = /(-?\d+(?:\.\d+)?)(%|\/[A-Za-z]+|[A-Za-z]+)?/y;
const NAME = /[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*/y;
const LABEL = /[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*/y;
const TOKEN = /[^\s.,]+|[.,]/y;
const SPACE = /\s*/y;

/** Reads an expression from left to right. Every read also skips the white space that follows. */
export class Scanner {
  offset = 0;

  constructor(readonly text: string) {
    this.space();
  }

  atEnd(): boolean {
    return this.offset >= this.text.length;
  }

  /** Consumes this exact text if it is next, and returns whether it was. */
  take(exact: string): boolean {
    if (!this.text.startsWith(exact, this.offset)) return false;
    this.offset += exact.length;
    this.space();
    return true;
  }

  /** The next word, not consumed; '' if there is none. */
  peekWord(): string {
    return this.match(NAME) ?? '';
  }

  /** Reads the name of a component, part or metric. Throws if there is none; `what` describes it in the message. */
  name(what: string): string {
    return this.read(NAME) ?? this.fail(`expected ${what}`, []);
  }

  /** Reads the name of a fault or variant, which may start with a digit. */
  label(what: string): string {
    return this.read(LABEL) ?? this.fail(`expected ${what}`, []);
  }

  /** True if a quantity is next. */
  atQuantity(): boolean {
    return this.match(QUANTITY) !== null;
  }

  quantity(): Quantity {
    const start = this.offset;
    const text = this.read(QUANTITY) ?? this.fail('expected a quantity', []);
    const quantity = quantityOf(text);
    if (quantity === null) {
      this.offset = start;
      this.fail(`unknown unit in ${text}`, [...DURATION_NS.keys(), ...RATE_SECONDS.keys(), '%']);
    }
    const next = this.text[this.offset] === '%' ? '%' : this.peekWord();
    if (quantity.unit === 'number' && !quantity.percent && (next === '%' || DURATION_NS.has(next)))
      this.fail(
        `no space is allowed between a number and its unit: write ${text.trim()}${next}`,
        [],
      );
    return quantity;
  }

  /** Reads a duration in whole ns. The only valid number without a unit is 0. */
  durationNs(): number {
    const start = this.offset;
    const quantity = this.quantity();
    if (quantity.unit === 'seconds') return Math.round(quantity.value * 1e9);
    if (quantity.unit === 'number' && quantity.value === 0) return 0;
    this.offset = start;
    return this.fail('expected a duration such as 60s', []);
  }

  /** Throws a problem at the current position. */
  fail(message: string, allowed: readonly string[]): never {
    const found = this.atEnd() ? 'the end of the text' : (this.match(TOKEN) ?? '');
    throw new ExpressionError({ message, offset: this.offset, found, allowed });
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.offset;
    return pattern.exec(this.text)?.[0] ?? null;
  }

  private read(pattern: RegExp): string | null {
    const text = this.match(pattern);
    if (text === null) return null;
    this.offset += text.length;
    this.space();
    return text;
  }

  private space(): void {
    SPACE.lastIndex = this.offset;
    this.offset += SPACE.exec(this.text)![0].length;
  }
}

function quantityOf(text: string): Quantity | null {
  const digits = /^-?\d+(?:\.\d+)?/.exec(text)![0];
  const unit = text.slice(digits.length);
  const number = Number(digits);
  if (unit === '') return { value: number, unit: 'number', percent: false };
  if (unit === '%') return { value: number / 100, unit: 'share', percent: true };
  const ns = DURATION_NS.get(unit);
  if (ns !== undefined)
    return { value: Math.round(number * ns) / 1e9, unit: 'seconds', percent: false };
  const seconds = RATE_SECONDS.get(unit);
  if (seconds !== undefined) return { value: number / seconds, unit: 'perSecond', percent: false };
  return SIZES.has(unit) ? { value: number, unit: 'size', percent: false } : null;
}
