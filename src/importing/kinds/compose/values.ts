import { Cell, DerivedCell } from '../../cell.js';
import { secondsIn } from '../../durations.js';
import { from, type WrittenScalar } from '../../written.js';
import { resolve, type Variables } from './variables.js';

/** Reads values of one project, with its variables put in. */
export class Values {
  constructor(
    private readonly variables: Variables,
    private readonly files: ReadonlyMap<string, Cell> = new Map(),
  ) {}

  /** Variables of a file that a value names, from the folder of its own file; undefined = the import does not have it. */
  variablesIn(cell: Cell): Cell | undefined {
    const text = this.text(cell);
    return text === undefined ? undefined : this.files.get(pathFrom(cell.file, text));
  }

  /** The text of a value. A variable without a value is empty, as for Docker Compose, and listed. */
  text(cell: Cell | undefined): string | undefined {
    if (cell?.text() === undefined) return undefined;
    const { text, missing } = resolve(cell, this.variables);
    if (missing.length > 0) {
      cell.list(
        'uses variables that these files do not set: add the .env file, or import the output of docker compose config',
      );
    }
    return text.trim();
  }

  /** The text of a label. A variable without a value has its name as a host would have it, so that routes stay apart: `shop-host`. */
  label(cell: Cell): { readonly text: string; readonly missing: readonly string[] } {
    const hostOf = (name: string): string => name.toLowerCase().replaceAll('_', '-');
    return resolve(cell, this.variables, hostOf);
  }

  /** A value, or each one of a list, with its variables put in. */
  inserted(cell: Cell | undefined): Cell | undefined {
    if (cell === undefined || !cell.isScalar) {
      const items = cell?.items().map((item) => this.inserted(item)!);
      return cell && new Cell(cell.path, cell.file, cell.line, items ?? []);
    }
    const { text, origins } = resolve(cell, this.variables);
    return new DerivedCell(cell.path, origins, text);
  }

  /** The value of a variable of a `.env` file; undefined = no file has it. */
  variable(name: string): string | undefined {
    const cell = this.variables.get(name);
    return cell === undefined ? undefined : resolve(cell, this.variables).text.trim();
  }

  /** Where a variable has its value. */
  cellOf(name: string): Cell | undefined {
    return this.variables.get(name);
  }

  /** Cells that decided a value: its own, and those of its variables. */
  private origins(cell: Cell): readonly Cell[] {
    return resolve(cell, this.variables).origins;
  }

  /** A number above 0. */
  number(cell: Cell | undefined): WrittenScalar | undefined {
    const text = this.text(cell);
    const value = Number(text);
    return cell === undefined || !text || !Number.isFinite(value) || value <= 0
      ? undefined
      : from(value, ...this.origins(cell));
  }

  /** A whole number above 0. */
  count(cell: Cell | undefined): WrittenScalar | undefined {
    const value = this.number(cell);
    return Number.isInteger(value?.value) ? value : undefined;
  }

  /** A size such as `512M`, `1gb` or a number of bytes. Units of Docker are powers of 1,024. */
  size(cell: Cell | undefined): WrittenScalar | undefined {
    const text = this.text(cell)?.toLowerCase();
    const [, number, unit] = /^(\d+(?:\.\d+)?) ?([bkmgt]?)i?b?$/.exec(text ?? '') ?? [];
    if (cell === undefined || number === undefined || Number(number) <= 0) return undefined;
    return from(`${number}${SIZE_UNITS[unit ?? ''] ?? 'B'}`, ...this.origins(cell));
  }

  /** A duration such as `1m30s` in its smallest unit. */
  duration(cell: Cell | undefined): WrittenScalar | undefined {
    const seconds = secondsIn(this.text(cell));
    if (cell === undefined || seconds === null) return undefined;
    const whole = Math.round(seconds * 1e6);
    const written =
      whole % 1_000_000 === 0
        ? `${whole / 1_000_000}s`
        : whole % 1_000 === 0
          ? `${whole / 1_000}ms`
          : `${whole}us`;
    return from(written, ...this.origins(cell));
  }
}

const SIZE_UNITS: Readonly<Record<string, string>> = {
  '': 'B',
  b: 'B',
  k: 'KiB',
  m: 'MiB',
  g: 'GiB',
  t: 'TiB',
};

/** `a/b/compose.yaml` and `../db.env` give `a/db.env`. */
export function pathFrom(file: string, relative: string): string {
  const folders = file.split(/[/\\]/).slice(0, -1);
  const parts = folders.filter((part) => part !== '.');
  for (const part of relative.split('/')) {
    const last = parts.at(-1);
    if (part === '..' && last !== undefined && last !== '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
