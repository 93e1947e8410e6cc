import type { Ns } from '../../kernel/time.js';
import type { CallText } from './call-text.js';
import type { DurationLimits } from './quantity-text.js';
import {
  parseDuration,
  parseShare,
  percentOf,
  QuantityError,
  show,
  showNoNumber,
} from './quantity-text.js';

/** Name and positional fields of a kind that has a textual form. */
export interface KindForm {
  /** Fields in the order of positional arguments; a trailing `!` marks a field that must be named. */
  readonly fields: readonly string[];
  /** Example for error messages. */
  readonly example: string;
  /** Takes `90%=value` arguments; the long form is `branches: [{ weight, <name> }]`. */
  readonly weighted?: string;
  /** Takes any number of positional arguments; the long form is a list in this field. */
  readonly list?: string;
}

/** Long form of a text: `lognormal(p50=8ms p99=60ms)` becomes `{ kind: lognormal, p50: 8ms, p99: 60ms }`. */
export function longForm(
  call: CallText,
  forms: ReadonlyMap<string, KindForm>,
): Map<string, unknown> {
  const form = formOf(call.kind, forms);
  const long = new Map<string, unknown>([['kind', call.kind]]);
  if (call.weighted.length > 0) {
    if (form.weighted === undefined) {
      throw new QuantityError(`${call.kind} takes no weights: write ${form.example}`);
    }
    const name = form.weighted;
    long.set(
      'branches',
      call.weighted.map(
        ([weight, value]) =>
          new Map<string, unknown>([
            ['weight', weight],
            [name, value],
          ]),
      ),
    );
  }
  if (form.list !== undefined && call.positional.length > 0)
    long.set(form.list, [...call.positional]);
  else placePositional(call, form, long);
  for (const [name, value] of call.named) {
    if (long.has(name)) throw new QuantityError(`${call.kind}: ${name} is given twice`);
    long.set(name, value);
  }
  return long;
}

/** Form of a kind. Throws a QuantityError that lists the known kinds if it is unknown. */
export function formOf(kind: string, forms: ReadonlyMap<string, KindForm>): KindForm {
  const form = forms.get(kind);
  if (form === undefined) {
    const allowed = [...forms.keys()];
    const message = `${show(kind)} is unknown here; known: ${allowed.join(' ')}`;
    throw new QuantityError(message, { found: kind, allowed });
  }
  return form;
}

/** Reads the fields of one kind; rejects fields that are missing, unknown or out of range. */
export class KindFields {
  private readonly kind: string;
  private readonly values: ReadonlyMap<string, unknown>;
  private readonly example: string;

  constructor(kind: string, values: ReadonlyMap<string, unknown>, form: KindForm) {
    this.kind = kind;
    this.values = values;
    this.example = form.example;
    const known = new Set(form.fields.map((field) => field.replace('!', '')));
    if (form.weighted !== undefined) known.add('branches');
    if (form.list !== undefined) known.add(form.list);
    for (const name of values.keys()) {
      if (name !== 'kind' && !known.has(name)) {
        throw new QuantityError(`${kind} has no ${show(name)}: write ${form.example}`);
      }
    }
  }

  has(name: string): boolean {
    return this.values.get(name) !== undefined;
  }

  /** A duration in ns. */
  duration(name: string, limits: DurationLimits = {}): Ns {
    return this.within(name, () => parseDuration(this.required(name), limits));
  }

  /** A plain number in [min, max]. */
  number(name: string, min: number, max: number): number {
    const value = this.required(name);
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw new QuantityError(
        `${this.kind}: ${name} must be a number from ${min} to ${max}, got ${showNoNumber(value)}`,
      );
    }
    return value;
  }

  whole(name: string, min: number, max: number): number {
    const value = this.number(name, min, max);
    if (!Number.isInteger(value)) {
      throw new QuantityError(`${this.kind}: ${name} must be a whole number, got ${show(value)}`);
    }
    return value;
  }

  /** The entries of a list field. */
  list(name: string): readonly unknown[] {
    const value = this.required(name);
    if (!Array.isArray(value) || value.length === 0) this.malformed();
    return value as unknown[];
  }

  /** Weighted branches; their shares must add up to 100%. */
  branches<T>(name: string, read: (value: unknown) => T): { weight: number; value: T }[] {
    const list = this.list('branches').map((entry) => {
      const fields = entriesOf(entry);
      const weight = fields?.get('weight');
      if (fields === null || weight === undefined || !fields.has(name) || fields.size !== 2)
        this.malformed();
      return {
        weight: this.within('weight', () => shareOf(weight)),
        value: this.within(name, () => read(fields!.get(name))),
      };
    });
    const sum = list.reduce((total, branch) => total + branch.weight, 0);
    if (Math.abs(sum - 1) > 1e-6) {
      throw new QuantityError(
        `${this.kind}: the shares add up to ${Math.round(sum * 1e6) / 1e4}%, not 100%`,
      );
    }
    return list;
  }

  malformed(): never {
    throw new QuantityError(`${this.kind} is written ${this.example}`);
  }

  fail(message: string): never {
    throw new QuantityError(`${this.kind}: ${message}`);
  }

  private required(name: string): unknown {
    const value = this.values.get(name);
    if (value === undefined || value === null) {
      throw new QuantityError(`${this.kind} needs ${name}: write ${this.example}`);
    }
    return value;
  }

  private within<T>(name: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      throw new QuantityError(`${this.kind}: ${name}: ${error.message}`, error.words);
    }
  }
}

/** Entries of a Map or of a plain object; null for any other value. */
export function entriesOf(input: unknown): ReadonlyMap<string, unknown> | null {
  if (input instanceof Map) return input as ReadonlyMap<string, unknown>;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return null;
  return new Map(Object.entries(input));
}

function placePositional(call: CallText, form: KindForm, long: Map<string, unknown>): void {
  call.positional.forEach((value, index) => {
    const field = form.fields[index];
    if (field === undefined || field.endsWith('!')) {
      throw new QuantityError(`${call.kind} cannot place ${show(value)}: write ${form.example}`);
    }
    long.set(field, value);
  });
}

function shareOf(value: unknown): number {
  if (typeof value === 'string' && value.endsWith('%') && percentOf(value) === 0) {
    throw new QuantityError('0% never happens: leave the branch out');
  }
  const share = parseShare(value);
  if (share === 0) throw new QuantityError('0 never happens: leave the branch out');
  return share;
}
