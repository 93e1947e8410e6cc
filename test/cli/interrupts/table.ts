/** One interrupt: the command, what it did, and the time until it had ended. */
interface Row {
  readonly command: string;
  readonly phase: string;
  readonly took: number;
}

/** A Markdown table of interrupts, a line for each phase: its commands, and the longest time in seconds. */
export class InterruptTable {
  private readonly rows: Row[] = [];

  /** `test`: the name of the test, its last part is the phase. */
  add(command: string, test: string, took: number): void {
    const name = test.split(' > ').at(-1)!;
    const phase = name.replace(new RegExp(`^${command} | by ${command}\\b`), '');
    this.rows.push({ command, phase, took });
  }

  text(): string {
    const phases = [...new Set(this.rows.map(({ phase }) => phase))];
    const lines = phases.map((phase) => {
      const own = this.rows.filter((row) => row.phase === phase);
      const commands = [...new Set(own.map(({ command }) => `\`${command}\``))].join(', ');
      const longest = Math.max(...own.map(({ took }) => took)) / 1000;
      return `| ${phase} | ${commands} | ${own.length} | ${longest.toFixed(2)} |`;
    });
    return ['| phase | commands | interrupts | longest, s |', '|---|---|---|---|', ...lines].join(
      '\n',
    );
  }
}
