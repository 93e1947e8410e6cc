/** Type of a family of metrics. Source: OpenMetrics 1.0, section 5. */
export type FamilyType = 'counter' | 'histogram' | 'gauge';

export type Labels = readonly (readonly [name: string, value: string])[];

/** One sample: seconds since 1970 as text, and the value. */
interface Sample {
  readonly at: string;
  readonly value: number;
}

/** A metric family: one name, one type, and its series in the order in which they were added. */
export class Family {
  readonly name: string;
  private readonly lines: string[] = [];
  private readonly head: string;

  constructor(name: string, type: FamilyType, unit: string, help: string) {
    this.name = name;
    this.head =
      `# TYPE ${name} ${type}\n` +
      (unit === '' ? '' : `# UNIT ${name} ${unit}\n`) +
      `# HELP ${name} ${escaped(help)}\n`;
  }

  /** Adds a sample line; `suffix` such as `_total`. */
  add(suffix: string, labels: Labels, { at, value }: Sample): void {
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
