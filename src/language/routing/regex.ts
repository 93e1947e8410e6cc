/**
 * Regular expressions of routes. Matching takes time proportional to the text for every pattern, because all
 * alternatives are followed at once (Thompson's construction). So no pattern can stall a run, not even nested
 * quantifiers. As in RE2, back references and look-around are not supported.
 */

/** A pattern cannot be used; the message has the reason. */
export class RegexError extends Error {}

/** Where in the text a match must start and end. */
interface Anchors {
  readonly start: boolean;
  readonly end: boolean;
}

/** Longest pattern in characters. */
const LENGTH_MAX = 1000;
/** Largest number of instructions of a program, which bounds the time per character. */
const PROGRAM_MAX = 5000;
/** Limit on nested groups. */
const DEPTH_MAX = 50;

const CHAR = 0;
const SPLIT = 1;
const BEGIN = 2;
const FINISH = 3;
const EMPTY = 4;
const DONE = 5;

/** Ranges of characters: from, to, from, to ... `negated` means all others. */
interface CharSet {
  readonly ranges: readonly number[];
  readonly negated: boolean;
}

interface Instruction {
  readonly op: number;
  readonly set: CharSet | null;
  next: number;
  other: number;
}

/** A compiled pattern. */
export class Regex {
  private readonly program: readonly Instruction[];
  private readonly ignoreCase: boolean;

  /** Throws RegexError if the pattern cannot be used. */
  constructor(pattern: string) {
    if (pattern.length > LENGTH_MAX) {
      throw new RegexError(`is longer than ${LENGTH_MAX} characters`);
    }
    this.ignoreCase = pattern.startsWith('(?i)');
    this.program = new Compiler(this.ignoreCase ? pattern.slice(4) : pattern).program;
  }

  /** Number of instructions. Each can be executed once per character. */
  get size(): number {
    return this.program.length;
  }

  /** Whether the text contains a match that satisfies the anchors. */
  test(text: string, anchors: Anchors): boolean {
    const { program } = this;
    let now: number[] = [];
    let marks = new Uint8Array(program.length);
    for (let at = 0; at <= text.length; at++) {
      if (at === 0 || !anchors.start) this.follow(0, at, text.length, now, marks);
      const done = now.some((pc) => program[pc]!.op === DONE);
      if (done && (!anchors.end || at === text.length)) return true;
      if (at === text.length) return false;
      const next: number[] = [];
      marks = new Uint8Array(program.length);
      for (const pc of now) {
        const { op, set, next: target } = program[pc]!;
        if (op !== CHAR || !this.takes(set!, text[at]!)) continue;
        this.follow(target, at + 1, text.length, next, marks);
      }
      now = next;
    }
    return false;
  }

  private takes({ ranges, negated }: CharSet, char: string): boolean {
    const found = this.ignoreCase
      ? within(ranges, char.toLowerCase()) || within(ranges, char.toUpperCase())
      : within(ranges, char);
    return found !== negated;
  }

  /** Adds an instruction, and all that it leads to without consuming a character. */
  private follow(from: number, at: number, end: number, into: number[], marks: Uint8Array): void {
    const open = [from];
    for (let pc = open.pop(); pc !== undefined; pc = open.pop()) {
      if (marks[pc] === 1) continue;
      marks[pc] = 1;
      const { op, next, other } = this.program[pc]!;
      if (op === CHAR || op === DONE) into.push(pc);
      else if (op === SPLIT) open.push(other, next);
      else if (op === EMPTY || (op === BEGIN && at === 0) || (op === FINISH && at === end)) {
        open.push(next);
      }
    }
  }
}

function within(ranges: readonly number[], char: string): boolean {
  const code = char.charCodeAt(0);
  for (let i = 0; i < ranges.length; i += 2) {
    if (code >= ranges[i]! && code <= ranges[i + 1]!) return true;
  }
  return false;
}

const DIGITS = [48, 57];
const WORD = [48, 57, 65, 90, 95, 95, 97, 122];
const SPACES = [9, 13, 32, 32, 160, 160];
const NEWLINES = [10, 10, 13, 13];
const ESCAPES: ReadonlyMap<string, CharSet> = new Map([
  ['d', { ranges: DIGITS, negated: false }],
  ['D', { ranges: DIGITS, negated: true }],
  ['w', { ranges: WORD, negated: false }],
  ['W', { ranges: WORD, negated: true }],
  ['s', { ranges: SPACES, negated: false }],
  ['S', { ranges: SPACES, negated: true }],
]);
const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['f', 12],
  ['v', 11],
]);

/** A fragment of the program: its first instruction, and its last, an EMPTY whose `next` is set later. */
interface Piece {
  readonly first: number;
  readonly last: Instruction;
}

/** Compiles a pattern by recursive descent. A repeated part is copied for each repetition. */
class Compiler {
  readonly program: Instruction[] = [];
  private at = 0;
  private depth = 0;

  constructor(private readonly pattern: string) {
    const entry = this.emit(EMPTY);
    const { first, last } = this.alternatives();
    if (this.at < pattern.length) throw new RegexError('has an unmatched `)`');
    entry.next = first;
    last.next = this.program.length;
    this.emit(DONE);
  }

  private emit(op: number, set: CharSet | null = null): Instruction {
    if (this.program.length >= PROGRAM_MAX) throw new RegexError('has too many repetitions');
    const instruction = { op, set, next: -1, other: -1 };
    this.program.push(instruction);
    return instruction;
  }

  private alternatives(): Piece {
    let whole = this.sequence();
    while (this.pattern[this.at] === '|') {
      this.at++;
      const first = this.program.length;
      const split = this.emit(SPLIT);
      const other = this.sequence();
      split.next = whole.first;
      split.other = other.first;
      const end = this.program.length;
      whole.last.next = end;
      other.last.next = end;
      whole = { first, last: this.emit(EMPTY) };
    }
    return whole;
  }

  private sequence(): Piece {
    const first = this.program.length;
    let last = this.emit(EMPTY);
    while (this.at < this.pattern.length && !'|)'.includes(this.pattern[this.at]!)) {
      const piece = this.quantified();
      last.next = piece.first;
      last = piece.last;
    }
    return { first, last };
  }

  /** Compiles a part with its quantifier. Each copy parses the part again. */
  private quantified(): Piece {
    const from = this.at;
    let piece = this.part();
    const [least, most] = this.quantifier();
    const behind = this.at;
    if (least === 1 && most === 1) return piece;
    const again = (): Piece => {
      this.at = from;
      return this.part();
    };
    const first = this.program.length;
    let last = this.emit(EMPTY);
    const append = (next: Piece): void => {
      last.next = next.first;
      last = next.last;
    };
    let unused: Piece | null = piece;
    const copy = (): Piece => {
      piece = unused ?? again();
      unused = null;
      return piece;
    };
    for (let i = 0; i < least; i++) append(copy());
    if (most === Infinity) append(this.optional(copy(), true));
    else for (let i = least; i < most; i++) append(this.optional(copy(), false));
    this.at = behind;
    return { first, last };
  }

  /** A piece that may be passed over. After it the match goes on, or starts again with `isRepeated`. */
  private optional(body: Piece, isRepeated: boolean): Piece {
    const first = this.program.length;
    const split = this.emit(SPLIT);
    split.next = body.first;
    split.other = this.program.length;
    body.last.next = isRepeated ? first : this.program.length;
    return { first, last: this.emit(EMPTY) };
  }

  /** Reads a quantifier as [least, most]. A lazy mark has no effect, because it only changes what is captured. */
  private quantifier(): readonly [least: number, most: number] {
    const found = /^(?:([*+?])|\{(\d{1,4})(,?)(\d{0,4})\})([?+]?)/.exec(
      this.pattern.slice(this.at),
    );
    if (found === null) return [1, 1];
    this.at += found[0].length;
    if ('*+?{'.includes(this.pattern[this.at] ?? ' ')) {
      throw new RegexError('has a quantifier after a quantifier');
    }
    const [, sign, low, comma, high, mark] = found;
    if (mark === '+') throw new RegexError('has a possessive quantifier, which is not supported');
    if (sign !== undefined) return sign === '?' ? [0, 1] : [sign === '+' ? 1 : 0, Infinity];
    const least = Number(low);
    const most = comma === '' ? least : high === '' ? Infinity : Number(high);
    if (most < least) throw new RegexError(`repeats from ${least} to ${most} times`);
    return [least, most];
  }

  private part(): Piece {
    const char = this.pattern[this.at++]!;
    switch (char) {
      case '(':
        return this.group();
      case '[':
        return this.single(this.charClass());
      case '.':
        return this.single({ ranges: NEWLINES, negated: true });
      case '^':
        return this.plain(BEGIN);
      case '$':
        return this.plain(FINISH);
      case '\\':
        return this.single(this.escape());
      case '*':
      case '+':
      case '?':
        throw new RegexError(`has nothing before \`${char}\` to repeat`);
      default:
        return this.single(one(char.charCodeAt(0)));
    }
  }

  private plain(op: number): Piece {
    const first = this.program.length;
    const instruction = this.emit(op);
    instruction.next = this.program.length;
    return { first, last: this.emit(EMPTY) };
  }

  private single(set: CharSet): Piece {
    const first = this.program.length;
    const instruction = this.emit(CHAR, set);
    instruction.next = this.program.length;
    return { first, last: this.emit(EMPTY) };
  }

  private group(): Piece {
    const rest = this.pattern.slice(this.at);
    const named = /^\?P?<[A-Za-z_]\w*>/.exec(rest);
    if (named !== null) this.at += named[0].length;
    else if (rest.startsWith('?:')) this.at += 2;
    else if (rest.startsWith('?')) {
      throw new RegexError('has a look-around or an inline flag, which is not supported');
    }
    if (++this.depth > DEPTH_MAX)
      throw new RegexError(`has groups nested more than ${DEPTH_MAX} deep`);
    const piece = this.alternatives();
    this.depth--;
    if (this.pattern[this.at++] !== ')') throw new RegexError('has an unmatched `(`');
    return piece;
  }

  private escape(): CharSet {
    const char = this.pattern[this.at++];
    if (char === undefined) throw new RegexError('ends with a backslash');
    const known = ESCAPES.get(char);
    if (known !== undefined) return known;
    const control = CONTROLS.get(char);
    if (control !== undefined) return one(control);
    if (/[A-Za-z0-9]/.test(char)) throw new RegexError(`has \\${char}, which is not supported`);
    return one(char.charCodeAt(0));
  }

  private charClass(): CharSet {
    const negated = this.pattern[this.at] === '^';
    if (negated) this.at++;
    const ranges: number[] = [];
    const start = this.at;
    for (;;) {
      const char = this.pattern[this.at++];
      if (char === undefined) throw new RegexError('has an unmatched `[`');
      if (char === ']' && this.at > start + 1) return { ranges, negated };
      const set = char === '\\' ? this.escape() : one(char.charCodeAt(0));
      const range = this.pattern[this.at] === '-' && this.pattern[this.at + 1] !== ']';
      if (set.negated)
        throw new RegexError('has \\D, \\W or \\S in brackets, which is not supported');
      if (!range) {
        ranges.push(...set.ranges);
        continue;
      }
      this.at++;
      const to = this.pattern[this.at++];
      const upper = to === '\\' ? this.escape() : to === undefined ? null : one(to.charCodeAt(0));
      const [low = 0, , more] = set.ranges;
      const [, high = -1, further] = upper?.ranges ?? [];
      if (more !== undefined || further !== undefined || high < low) {
        throw new RegexError('has a range in brackets that is out of order');
      }
      ranges.push(low, high);
    }
  }
}

function one(code: number): CharSet {
  return { ranges: [code, code], negated: false };
}
