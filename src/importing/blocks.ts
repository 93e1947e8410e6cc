import { Cell } from './cell.js';

/** Key of the block of a directive that has words, too. */
export const BLOCK = '{';

/** Deeper blocks are read as if they were not nested. */
const NESTED_MAX = 32;

interface Open {
  readonly words: readonly string[];
  readonly line: number;
  readonly below: Cell[];
}

/**
 * Directives of a file, of which each one is `{ NAME: WORDS, BLOCK: DIRECTIVES }`; one without words has its block as `NAME`. The reader of a
 * format says where words, directives and blocks end.
 */
export class Blocks {
  private readonly open: Open[] = [{ words: [], line: 1, below: [] }];
  private words: string[] = [];

  constructor(
    private readonly format: string,
    private readonly path: string,
  ) {}

  /** The first word of the directive that is being read; '' = it has none yet. */
  get name(): string {
    return this.words[0] ?? '';
  }

  /** Its last word. */
  get last(): string {
    return this.words.at(-1) ?? '';
  }

  /** Blocks around it. */
  get depth(): number {
    return this.open.length - 1;
  }

  add(word: string): void {
    this.words.push(word);
  }

  /** The words are a directive. */
  end(line: number): void {
    if (this.words.length > 0) {
      const entry = this.cell(this.words.slice(1).join(' '), line);
      this.open.at(-1)!.below.push(this.cell(new Map([[this.name, entry]]), line));
    }
    this.words = [];
  }

  /** The words are the head of a block. */
  begin(line: number): void {
    const { open, words } = this;
    open.push({ words, line, below: open.length > NESTED_MAX ? open.at(-1)!.below : [] });
    this.words = [];
  }

  /** The innermost block ends. */
  close(): void {
    this.words = [];
    if (this.depth === 0) return;
    const { words, line, below } = this.open.pop()!;
    if (below === this.open.at(-1)!.below) return;
    const [name = '', ...rest] = words;
    const block = this.cell(below, line);
    const entries: [string, Cell][] =
      rest.length === 0
        ? [[name, block]]
        : [
            [name, this.cell(rest.join(' '), line)],
            [BLOCK, block],
          ];
    this.open.at(-1)!.below.push(this.cell(new Map(entries), line));
  }

  /** The document, whose directives are below the name of the format. */
  document(): Cell {
    return new Cell('', this.path, 1, new Map([[this.format, this.cell(this.open[0]!.below, 1)]]));
  }

  private cell(value: Cell['value'], line: number): Cell {
    return new Cell(this.format, this.path, line, value);
  }
}
