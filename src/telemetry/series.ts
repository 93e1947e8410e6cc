import type { Scrapes } from './scrapes.js';

/** Type of a family of metrics. Source: OpenMetrics 1.0, section 5. */
export type FamilyType = 'counter' | 'histogram' | 'gauge';

export type Labels = readonly (readonly [name: string, value: string])[];

/** One sample: the scrape that took it, and the value. */
interface Sample {
  readonly scrape: number;
  readonly value: number;
}

/** Takes the samples of one metric family; `suffix` such as `_total`. */
export interface Samples {
  add(suffix: string, labels: Labels, sample: Sample): void;
}

export type NewFamily<F extends Samples> = (
  name: string,
  type: FamilyType,
  unit: string,
  help: string,
) => F;

/** A metric family as text: one name, one type, and its series in the order in which they were added. */
export class Family implements Samples {
  readonly name: string;
  private readonly scrapes: Scrapes;
  private readonly lines: string[] = [];
  private readonly head: string;

  constructor(scrapes: Scrapes, name: string, type: FamilyType, unit: string, help: string) {
    this.scrapes = scrapes;
    this.name = name;
    this.head =
      `# TYPE ${name} ${type}\n` +
      (unit === '' ? '' : `# UNIT ${name} ${unit}\n`) +
      `# HELP ${name} ${escaped(help)}\n`;
  }

  add(suffix: string, labels: Labels, { scrape, value }: Sample): void {
    const at = this.scrapes.text(scrape);
    this.lines.push(`${this.name}${suffix}${labelText(labels)} ${valueText(value)} ${at}\n`);
  }

  /** '' without samples. */
  text(): string {
    return this.lines.length === 0 ? '' : this.head + this.lines.join('');
  }
}

function labelText(labels: Labels): string {
  if (labels.length === 0) return '';
  return `{${labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/** A number as OpenMetrics writes it. */
export function valueText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Number.isNaN(value) ? 'NaN' : String(value);
}

/** Upper bound of a bucket, always with a decimal point, as canonical floats are written. */
export function boundText(bound: number): string {
  if (bound === Infinity) return '+Inf';
  const text = String(bound);
  return /^\d+$/.test(text) ? `${text}.0` : text;
}
