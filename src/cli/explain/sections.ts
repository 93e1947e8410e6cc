/** Lines by their heading. */
export type Sections = ReadonlyMap<string, readonly string[]>;

/** Longest name that moves the column of a section. */
const WIDEST = 40;

interface Printed {
  readonly name: string;
  readonly sections: Sections;
}

/** The first variant in full, the others as differences from it. */
export function variantLines([first, ...others]: readonly Printed[]): readonly string[] {
  if (first === undefined) return [];
  const changed = others.map(({ name, sections }) =>
    linesOf({ name, sections: differences(first, sections) }),
  );
  return [linesOf(first), ...changed].flatMap((own, i) => (i === 0 ? own : ['', ...own]));
}

function linesOf({ name, sections }: Printed): readonly string[] {
  const blocks = [...sections].flatMap(([heading, lines]) => [
    `  ${heading}`,
    ...aligned(lines).map((line) => `    ${line}`),
  ]);
  return [`variant ${name}`, ...blocks];
}

/** Lines with the texts after their names in one column, except those of very long names. */
function aligned(lines: readonly string[]): readonly string[] {
  const names = lines.map((line) => /^.*?: /.exec(line)?.[0] ?? '');
  const width = Math.max(0, ...names.map(({ length }) => length).filter((it) => it <= WIDEST));
  return lines.map((line, at) => {
    const name = names[at]!;
    return name === '' ? line : `${name.padEnd(width)}${line.slice(name.length)}`;
  });
}

/** Lines that the first variant does not have and, with a minus, those that only it has. */
function differences({ name, sections: first }: Printed, other: Sections): Sections {
  const changed = new Map<string, readonly string[]>();
  for (const heading of new Set([...first.keys(), ...other.keys()])) {
    const before = first.get(heading) ?? [];
    const now = other.get(heading) ?? [];
    const lines = [
      ...before.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
      ...now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
    ];
    if (lines.length > 0) changed.set(heading, lines);
  }
  return new Map([[`as ${name}${changed.size === 0 ? '' : ', except'}`, []], ...changed]);
}
