import type { LeftOut } from '../left-out.js';

/** A part of a document that is parsed on its own: an element of an array, or a small document. */
export interface Piece {
  /** Key of the array that has the element; '' for an array without a key. */
  readonly key: string;
  readonly text: string;
}

/** Arrays whose elements are pieces. Other content of a document is skipped. */
const ARRAYS: ReadonlySet<string> = new Set([
  'resourceSpans',
  'resource_spans',
  'batches',
  'data',
  '',
]);
/** Longest text of one piece. Unit: characters. */
const PIECE_MAX = 64 * 1024 * 1024;
/** Length from which the element of a resource is cut between two of its spans. Unit: characters. */
const CUT = 4 * 1024 * 1024;
/** Depths within the element of a resource: of the list of its scopes, and of the list of spans of one of them. */
const SCOPES = 1;
const SPANS = 3;
const SCOPES_HEAD =
  /"resource"\s*:[\s\S]*"(?:scopeSpans|scope_spans|instrumentationLibrarySpans)"\s*:\s*\[$/;
const SPANS_HEAD = '{"spans":[';
const SPANS_TAIL = ']}]}';
/** Length from which a string is none of the keys above. */
const KEY_MAX = 64;
/** Deepest nesting of a document. */
const DEPTH_MAX = 200;

const NOTHING = 'documents without spans: none of resourceSpans, batches, data, or a list of spans';

const QUOTE = 34;
const BACKSLASH = 92;
const NEWLINE = 10;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const COLON = 58;
const COMMA = 44;

/**
 * Cuts JSON into pieces without holding a document: the elements of the arrays above, wherever only objects are around
 * them. An element of a resource with very many spans is several pieces, each with the text before the spans. Documents follow each other, one a line or a single one over many lines. In a file of lines, a broken line is
 * left out, and reading goes on with the next one.
 */
export class Pieces {
  /** Brackets that are open, and the key of each. */
  private open: number[] = [];
  private keys: string[] = [];
  private key = '';
  private isInString = false;
  private isEscaped = false;
  /** Start of the current string, only where it may be a key. */
  private string = '';
  /** Parts of the current piece; null outside of one. */
  private piece: string[] | null = null;
  private pieceDepth = 0;
  private pieceLength = 0;
  private isTooLong = false;
  /** Text of the piece up to its list of scopes; '' if it is in none, or its resource comes later. */
  private head = '';
  private skipsComma = false;
  /** The first line was a whole document, so each line is one. */
  private isLines = false;
  private hasDocument = false;
  /** The current document has a piece. */
  private hasPiece = false;
  private isBroken = false;

  constructor(
    private readonly leftOut: LeftOut,
    private readonly take: (piece: Piece) => void,
  ) {}

  add(chunk: string): void {
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const code = chunk.charCodeAt(i);
      if (this.isInString) {
        if (code !== NEWLINE || !this.isLines) {
          i = this.string_(chunk, i);
          continue;
        }
      } else if (code > COMMA && code !== COLON && code < OPEN_BRACKET) continue;
      if (code === NEWLINE) {
        if (this.piece !== null) this.keep(chunk, from, i);
        from = i + 1;
        this.line();
      } else if (!this.isBroken) from = this.structure(chunk, i, code, from);
    }
    if (this.piece !== null) this.keep(chunk, from, chunk.length);
  }

  end(): void {
    const isCut = this.open.length > 0 || this.isInString;
    if (isCut && !this.isBroken) {
      this.leftOut.add('documents that end too early: the rest of a file is missing');
    }
    this.reset();
  }

  /** Passes the inside of a string, up to its end or that of the chunk. The position that was read last. */
  private string_(chunk: string, at: number): number {
    let i = at;
    for (; i < chunk.length; i++) {
      const code = chunk.charCodeAt(i);
      if (this.isEscaped) this.isEscaped = false;
      else if (code === BACKSLASH) this.isEscaped = true;
      else if (code === QUOTE) {
        this.isInString = false;
        break;
      } else if (code === NEWLINE && this.isLines) {
        i--;
        break;
      }
    }
    if (this.piece === null && this.string.length < KEY_MAX) this.string += chunk.slice(at, i);
    return i;
  }

  /** A bracket, a quote, a comma or a colon. Where the text of the piece continues. */
  private structure(chunk: string, i: number, code: number, from: number): number {
    switch (code) {
      case QUOTE:
        this.isInString = true;
        this.string = '';
        return from;
      case COLON:
        if (this.piece === null) this.key = this.string;
        return from;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        return this.opens(chunk, code, i, from);
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        return this.closes(chunk, i, code, from);
      case COMMA:
        if (!this.skipsComma) return from;
        this.skipsComma = false;
        return i + 1;
      default:
        return from;
    }
  }

  private opens(chunk: string, code: number, i: number, from: number): number {
    const isElement = this.piece === null && this.isCollected();
    this.open.push(code);
    this.keys.push(code === OPEN_BRACKET ? this.key : '');
    if (this.piece === null) this.key = '';
    if (this.open.length > DEPTH_MAX) {
      this.leftOut.add(`documents nested deeper than ${DEPTH_MAX} levels`);
      this.isBroken = true;
      this.piece = null;
      return from;
    }
    if (!isElement) {
      const isList = code === OPEN_BRACKET && this.open.length === this.pieceDepth + SCOPES;
      if (this.piece !== null && isList) this.head = this.textUpTo(chunk, from, i + 1);
      return from;
    }
    this.head = '';
    this.piece = [];
    this.pieceDepth = this.open.length;
    this.pieceLength = 0;
    this.isTooLong = false;
    return i;
  }

  /** The innermost array is one of those above, and only objects or arrays without a key are around it. */
  private isCollected(): boolean {
    const depth = this.open.length;
    if (depth === 0 || this.open[depth - 1] !== OPEN_BRACKET) return false;
    if (!ARRAYS.has(this.keys[depth - 1])) return false;
    for (let k = 0; k < depth - 1; k++) if (this.open[k] === OPEN_BRACKET) return false;
    return true;
  }

  private closes(chunk: string, i: number, code: number, from: number): number {
    const opened = this.open.pop();
    if (opened === undefined || (opened === OPEN_BRACE) !== (code === CLOSE_BRACE)) {
      this.leftOut.add('documents that are not JSON: a bracket that closes nothing');
      this.isBroken = true;
      this.piece = null;
      return from;
    }
    this.keys.pop();
    this.skipsComma = false;
    if (this.isCut(i + 1 - from)) {
      this.keep(chunk, from, i + 1);
      this.cut();
      return i + 1;
    }
    if (this.piece !== null && this.open.length < this.pieceDepth) {
      this.keep(chunk, from, i + 1);
      this.emit();
    }
    if (this.open.length === 0) {
      this.hasDocument = true;
      if (!this.hasPiece) this.leftOut.add(NOTHING);
      this.hasPiece = false;
    }
    return from;
  }

  private textUpTo(chunk: string, from: number, to: number): string {
    const text = this.piece!.join('') + chunk.slice(from, to);
    return SCOPES_HEAD.test(text) ? text : '';
  }

  /** A span of a long piece has ended. */
  private isCut(length: number): boolean {
    return (
      this.piece !== null &&
      this.head !== '' &&
      this.open.length === this.pieceDepth + SPANS &&
      this.pieceLength + length > CUT
    );
  }

  private cut(): void {
    this.piece!.push(SPANS_TAIL);
    const head = `${this.head}${SPANS_HEAD}`;
    this.emit();
    this.piece = [head];
    this.pieceLength = head.length;
    this.skipsComma = true;
  }

  private keep(chunk: string, from: number, to: number): void {
    this.pieceLength += to - from;
    if (this.pieceLength > PIECE_MAX) {
      this.isTooLong = true;
      this.piece = [];
    } else this.piece!.push(chunk.slice(from, to));
  }

  private emit(): void {
    const text = this.piece!.join('');
    this.piece = null;
    if (this.isTooLong) {
      this.leftOut.add(`elements of a document longer than ${PIECE_MAX / 1024 / 1024} MiB`);
      return;
    }
    this.hasPiece = true;
    this.take({ key: this.keys[this.pieceDepth - 2], text });
  }

  /** The end of a line. */
  private line(): void {
    const isWhole = this.open.length === 0 && !this.isInString;
    if (isWhole) {
      if (this.hasDocument) this.isLines = true;
      this.reset();
    } else if (this.isLines) {
      if (!this.isBroken) this.leftOut.add('lines that are not whole JSON documents');
      this.reset();
    }
  }

  private reset(): void {
    this.open = [];
    this.keys = [];
    this.key = '';
    this.isInString = false;
    this.isEscaped = false;
    this.string = '';
    this.piece = null;
    this.isBroken = false;
    this.hasPiece = false;
  }
}
