import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { COMMANDS, Folder, NO_PROOFS, faultline } from './harness.js';
import {
  begin,
  interrupt,
  limit,
  timeOf,
  untilBusy,
  untilRead,
  untilSimulated,
  untilThere,
} from './interrupts/interrupted.js';
import type { Begun, Interrupted, Signal } from './interrupts/interrupted.js';
import { largeScenario, longScenario } from './interrupts/scenarios.js';
import { InterruptTable } from './interrupts/table.js';

/** They take minutes: `npm run interrupts`. */
const phases = describe.skipIf(process.env['FAULTLINE_INTERRUPTS'] === undefined);

const folder = new Folder();
const HEAVY = process.env['FAULTLINE_INTERRUPTS'] === 'all';
const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM'];
const RUNNING = ['run', 'compare', 'check', 'story', 'explore', 'fix'];
const table = new InterruptTable();
let folders = 0;

beforeAll(() => {
  // To check it takes about ten seconds, to report one variant of it one.
  folder.put('large.yaml', largeScenario(400, 60));
  folder.put('wide.yaml', largeScenario(200, 4));
  folder.put('page.yaml', largeScenario(15, 80));
  folder.put('huge.yaml', largeScenario(2000, 1));
  folder.put('long.yaml', longScenario('40000s'));
  folder.put('some.yaml', longScenario('300s'));
});
afterAll(() => {
  folder.remove();
  if (HEAVY) console.log(table.text());
});

/** Starts a command in a folder of its own. Paths of scenarios begin with `../`. */
function started(...args: readonly string[]): Begun & { readonly cwd: string } {
  const cwd = folder.at(`own-${folders++}`);
  mkdirSync(cwd);
  return { ...begin(args, cwd), cwd };
}

/** The promise that holds everywhere: the end in time, the exit code, a message, and no unfinished file. */
function expectPromise({ args, cwd }: Begun & { cwd: string }, end: Interrupted, seconds: number) {
  table.add(args[0]!, expect.getState().currentTestName!, end.took);
  const most = seconds * limit(end.took / seconds);
  const files = readdirSync(cwd, { recursive: true, encoding: 'utf8' });
  expect({
    args,
    code: end.code,
    isInTime: end.took < most ? true : `${end.took} of ${most} ms`,
    isSaid: end.text.includes('faultline: interrupted\n') ? true : end.text.slice(-500),
    unfinished: files.filter((name) => name.includes('.tmp')),
  }).toEqual({ args, code: 130, isInTime: true, isSaid: true, unfinished: [] });
}

type Until = (begun: Begun & { readonly cwd: string }) => Promise<void>;

/** Interrupts a command where `until` returns. */
const cut = (args: readonly string[], until: Until, ...signals: readonly Signal[]) =>
  cutWithin(1, args, until, ...signals);

/** The same for a command that has finished runs to report: the time for that, and a second. */
const cutReport = (args: readonly string[], until: Until, ...signals: readonly Signal[]) =>
  cutWithin(8, args, until, ...signals);

async function cutWithin(
  seconds: number,
  args: readonly string[],
  until: Until,
  ...signals: readonly Signal[]
) {
  const begun = started(...args);
  await until(begun);
  const end = await interrupt(begun, ...signals);
  expectPromise(begun, end, seconds);
  return { ...end, cwd: begun.cwd };
}

/** The time of a processor that a command with one run of `some.yaml` needs, from its start to its end. Unit: s. */
let whole: Promise<number> | null = null;

/** Until a command has finished runs of `some.yaml`: this time of a processor, or more on a slow machine. Unit: s. */
async function untilRuns(seconds: number): Promise<Until> {
  whole ??= timeOf(started('compare', '../some.yaml', '--workers', '1', '--replications', '1'));
  const least = Math.max(seconds, await whole);
  return (begun) => untilBusy(begun, least);
}

/** Both signals where the machine has time, else one of them, another one for each place. */
function signalsAt(place: number): readonly Signal[] {
  return HEAVY ? SIGNALS : [SIGNALS[place % 2]!];
}

/** The last words of a command, each a line. */
function wordsOf({ text }: Interrupted): string {
  return text.slice(text.indexOf('faultline: interrupted'));
}

const NOTHING = 'faultline: interrupted\n';

// `import` reads manifests, and is done with a scenario in a moment; the others read no file.
const READERS = COMMANDS.filter(
  (command) => !['init', 'import', 'worker', 'mcp', 'completion'].includes(command),
);

describe.each(READERS)('%s', (command) => {
  const place = READERS.indexOf(command);
  const ad =
    command === 'sweep'
      ? ['--set', 'workloads.users.arrivals.rate=1/s,2/s']
      : command === 'export'
        ? ['--as', 'k6']
        : ['calibrate', 'drift'].includes(command)
          ? ['../large.yaml']
          : [];

  it('ends while it waits for standard input', async () => {
    for (const signal of signalsAt(place)) {
      const end = await cut([command, '-', ...ad], untilRead, signal);
      expect(end.text).toBe(NOTHING);
    }
  });

  it('ends while it reads and checks a scenario', async () => {
    for (const signal of signalsAt(place + 1)) {
      const args = [command, '../large.yaml', ...ad];
      const end = await cut(args, (begun) => untilBusy(begun, 0.8), signal);
      expect(end.text).toBe(NOTHING);
    }
  });
});

describe.each([...RUNNING, 'sweep'])('%s', (command) => {
  const place = RUNNING.indexOf(command);

  it('ends while it simulates, before any run has finished', async () => {
    const ad = command === 'sweep' ? ['--set', 'workloads.people.arrivals.rate=40/s,50/s'] : [];
    for (const signal of signalsAt(place)) {
      const end = await cut(
        [command, '../long.yaml', ...ad],
        (begun) => untilBusy(begun, 0.8),
        signal,
      );
      expect(wordsOf(end)).toBe(NOTHING);
    }
  });
});

describe('signals', () => {
  it('another one after the first ends the command; the last line says how to get a report', async () => {
    const args = ['compare', '../some.yaml', '--workers', '1', '--replications', '400'];
    const said =
      /^ {2}(\d+) of 800 runs of \.\.\/some\.yaml finished, and are lost: their report was not finished\. --replications (\d+) makes as many runs, and reports them\.$/m;
    // Other work on the machine may delay the second signal until the report is there, and one run
    // that finished is no replication yet: later tries wait longer.
    let text = '';
    for (let seconds = 2; seconds <= 8 && !said.test(text); seconds *= 2) {
      text = (await cut(args, await untilRuns(seconds), 'SIGINT', 'SIGTERM')).text;
    }
    expect(text).toMatch(said);
    const [, done, replications] = said.exec(text)!;
    expect(Number(replications)).toBe(Math.floor(Number(done) / 2));
  });

  it('the same one, which a program such as npm passes on at once, is no second one', async () => {
    const args = ['compare', '../some.yaml', '--workers', '1', '--replications', '100'];
    const end = await cutReport(args, await untilRuns(2), 'SIGINT', 'SIGINT');
    expect(end.text).toMatch(
      /^interrupted: writing the report of \.\.\/some\.yaml: \d+ of 200 runs finished; a second signal or Ctrl-C ends at once, without it$/m,
    );
    expect(wordsOf(end)).toBe(`${NOTHING}  The finished runs of ../some.yaml are reported.\n`);
  });

  it('a closed terminal: the command says what it keeps, and ends by SIGHUP', async () => {
    const begun = started('run', '-');
    await untilRead(begun);
    const { text, code, by } = await interrupt(begun, 'SIGHUP');
    expect({ text, code, by }).toEqual({ text: NOTHING, code: null, by: 'SIGHUP' });
  });
});

phases('runs that finished', () => {
  it('are reported by run where there is time: summary and result document, without the page', async () => {
    const args = ['run', '../some.yaml', '--workers', '1', '--replications', '100'];
    const end = await cutReport(args, await untilRuns(3), 'SIGTERM');
    expect(end.text).toContain('of 100 replications finished, then interrupted');
    expect(wordsOf(end)).toBe(
      `${NOTHING}  The finished runs of ../some.yaml are reported in reports/some.interrupted.json; its page is not drawn.\n`,
    );
    expect(readdirSync(join(end.cwd, 'reports'))).toEqual(['some.interrupted.json']);
    const path = join(end.cwd, 'reports', 'some.interrupted.json');
    const { incomplete } = JSON.parse(readFileSync(path, 'utf8')) as Result;
    expect(incomplete).toMatchObject({ asked: 100, interrupted: true });
    const { status, stdout } = faultline(['story', path]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('Small')]);
  });

  it.each(['compare', 'check', 'story'])('are reported by %s', async (command) => {
    const args = [command, '../some.yaml', '--workers', '1', '--replications', '100'];
    const end = await cutReport(args, await untilRuns(3), 'SIGINT');
    expect(wordsOf(end)).toBe(`${NOTHING}  The finished runs of ../some.yaml are reported.\n`);
    expect(end.text).toContain('guarded');
  });

  it('are reported by explore: the sets of faults that were tried', async () => {
    folder.put('sets.yaml', largeScenario(15, 1).replace('duration: 2s', 'duration: 100s'));
    const args = ['explore', '../sets.yaml', '--replications', '10'];
    const end = await cutReport(
      [...args, '--json', 'sets.json'],
      (begun) => untilBusy(begun, 4),
      'SIGINT',
    );
    expect(wordsOf(end)).toBe(`${NOTHING}  The explored faults of ../sets.yaml are reported.\n`);
    expect(end.text).toContain('Left untried by the interrupt');
    const { explored } = JSON.parse(readFileSync(join(end.cwd, 'sets.json'), 'utf8')) as {
      explored: readonly { interrupted: boolean; tried: readonly { tried: number }[] }[];
    };
    expect(explored[0]!.interrupted).toBe(true);
    expect(explored[0]!.tried[0]!.tried).toBeGreaterThan(0);
  });

  it('are reported by fix: the settings that were tried', async () => {
    folder.put('tuned.yaml', largeScenario(15, 1).replace('duration: 2s', 'duration: 30000s'));
    const never = ['--budget', 'users.latency.p99 < 1us'];
    const args = ['fix', '../tuned.yaml', ...never, '--replications', '3', '--json', 'tuned.json'];
    const end = await cutReport(args, (begun) => untilBusy(begun, 4), 'SIGINT');
    expect(wordsOf(end)).toBe(`${NOTHING}  The settings for ../tuned.yaml are reported.\n`);
    expect(end.text).toMatch(/The interrupt left \d+ changes untried/);
    const { fixed } = JSON.parse(readFileSync(join(end.cwd, 'tuned.json'), 'utf8')) as {
      fixed: { readonly interrupted: boolean; readonly runs: number };
    };
    expect(fixed.interrupted).toBe(true);
    expect(fixed.runs).toBeGreaterThan(3);
  });

  it('are reported by capacity: the last two loads between which a limit lies', async () => {
    folder.put('limit.yaml', largeScenario(15, 1).replace('duration: 2s', 'duration: 3000s'));
    const args = ['capacity', '../limit.yaml', '--resolution', '1%', '--json', 'limit.json'];
    const end = await cutReport(args, (begun) => untilBusy(begun, 6), 'SIGINT');
    expect(wordsOf(end)).toBe(`${NOTHING}  The limits of ../limit.yaml are reported.\n`);
    const { interrupted, runs } = JSON.parse(readFileSync(join(end.cwd, 'limit.json'), 'utf8')) as {
      readonly interrupted: boolean;
      readonly runs: number;
    };
    expect([interrupted, runs > 0]).toEqual([true, true]);
  });

  it('are reported by sensitivity: the inputs that were varied', async () => {
    folder.put('varied.yaml', largeScenario(15, 1).replace('duration: 2s', 'duration: 300s'));
    const args = ['sensitivity', '../varied.yaml', '--json', 'varied.json'];
    const end = await cutReport(args, (begun) => untilBusy(begun, 6), 'SIGINT');
    expect(wordsOf(end)).toBe(`${NOTHING}  The sensitivity of ../varied.yaml is reported.\n`);
    const { interrupted, leftOut } = JSON.parse(
      readFileSync(join(end.cwd, 'varied.json'), 'utf8'),
    ) as { readonly interrupted: boolean; readonly leftOut: readonly { readonly why: string }[] };
    expect(interrupted).toBe(true);
    expect(leftOut[0]!.why).toBe('an interrupt came before its runs');
  });

  it('of calibrate are lost: half a fit is no answer, and no file is written', async () => {
    const text = largeScenario(15, 1).split('\n');
    const guessed = text.map((line) => (line.startsWith('  s0:') ? `${line}  # guess` : line));
    folder.put('short.yaml', guessed.join('\n').replace('duration: 2s', 'duration: 30s'));
    folder.put('guessed.yaml', guessed.join('\n').replace('duration: 2s', 'duration: 200000s'));
    const spans = folder.at('spans.jsonl');
    faultline(['run', folder.at('short.yaml'), NO_PROOFS, '--quiet', '--spans', spans]);
    const args = ['calibrate', '../guessed.yaml', spans, '--out', 'fitted.yaml', '--workers', '1'];
    const isFitting: Until = (begun) => untilBusy(begun, 4);
    const end = await cutReport(args, isFitting, 'SIGINT');
    expect(wordsOf(end)).toMatch(
      /^ {2}\d+ runs were made, and are lost: their report was not finished\.$/m,
    );
    expect(readdirSync(end.cwd)).toEqual([]);
  });

  it('of a sweep are in its store, and the same command goes on there', async () => {
    const rates = Array.from({ length: 300 }, (_, i) => `${i + 1}/s`).join();
    const args = ['sweep', '../some.yaml', '--set', `workloads.people.arrivals.rate=${rates}`];
    const cases = (cwd: string): number => {
      const path = join(cwd, 'reports', 'some.set.cases');
      return existsSync(path)
        ? readdirSync(path).filter((name) => name.endsWith('.json')).length
        : 0;
    };
    const more = [...args, '--replications', '1', '--metric', 'people.success'];
    const end = await cutReport(
      more,
      (begun: Begun & { cwd: string }) => untilThere(begun, () => cases(begun.cwd) >= 3),
      'SIGINT',
    );
    const stored = cases(end.cwd);
    const words =
      /^ {2}(\d+) settings of the sweep are kept in (\S+): the same command goes on there\.$/m;
    const [, count, where] = words.exec(wordsOf(end))!;
    expect([Number(count), where]).toEqual([stored, 'reports/some.set.cases']);
  });
});

phases('a drawing', () => {
  it('of a large topology ends at once, and leaves no file', async () => {
    const read = await timeOf(started('graph', '../huge.yaml', '--all', '--out', 'huge.dot'));
    const args = ['graph', '../huge.yaml', '--all', '--out', 'huge.svg'];
    for (const signal of SIGNALS) {
      const end = await cut(args, (begun) => untilBusy(begun, read + 1), signal);
      expect(end.text).toBe(NOTHING);
      expect(readdirSync(end.cwd)).toEqual([]);
    }
  });
});

phases('runs that prove causes', () => {
  it.each(['run', 'story'])(
    '%s ends while it proves: the result has no proofs',
    async (command) => {
      const ad = command === 'run' ? ['--format', 'md'] : [];
      const args = [command, '../some.yaml', '--workers', '1', '--replications', '20', ...ad];
      const unproved = await timeOf(started(...args, NO_PROOFS));
      const end = await cutReport(
        [...args, '--explain'],
        (begun) => untilBusy(begun, unproved + 0.3),
        'SIGINT',
      );
      expect(end.text).toContain('interrupted: the report has no runs without possible causes');
      expect(wordsOf(end)).toMatch(/^ {2}The result of \.\.\/some\.yaml is reported( in .+)?\.$/m);
    },
  );
});

phases('after the runs', () => {
  it.each(['run', 'compare', 'check', 'story'])('%s ends while it analyses', async (command) => {
    const args = [command, '../wide.yaml', '--workers', '1'];
    const end = await cutReport(args, untilSimulated, 'SIGINT');
    expect(wordsOf(end)).toMatch(/wide\.yaml (is reported|finished, and are lost)/);
  });

  it('run ends while it writes traces: there are none, and the result is reported', async () => {
    const args = ['run', '../some.yaml', NO_PROOFS, '--workers', '1', '--replications', '20'];
    // Files that are only probed are gone before it says that it runs.
    const isTracing: Until = (begun) =>
      untilThere(
        begun,
        () =>
          begun.text().includes('running') &&
          readdirSync(begun.cwd).some((name) => name.endsWith('.tmp')),
      );
    const end = await cutReport([...args, '--metrics', 'all.txt'], isTracing, 'SIGTERM');
    expect(end.text).toContain('all.txt: not written, because of the interrupt');
    expect(wordsOf(end)).toContain('is reported in reports/some.interrupted.json');
    expect(readdirSync(end.cwd)).toEqual(['reports']);
  });

  it('run draws a page to its end', async () => {
    const args = ['run', '../page.yaml', NO_PROOFS, '--format', 'html,md'];
    const isDrawing: Until = (begun) =>
      untilThere(begun, () => existsSync(join(begun.cwd, 'reports/page.md')));
    const end = await cutReport(args, isDrawing, 'SIGTERM');
    expect(wordsOf(end)).toBe(
      `${NOTHING}  The result of ../page.yaml is reported in reports/page.html, reports/page.md.\n`,
    );
    expect(end.text).toContain('Large   ../page.yaml   80 variants');
  });

  it('a second signal ends it at once', async () => {
    const args = ['run', '../wide.yaml', NO_PROOFS, '--workers', '1'];
    const end = await cut(args, untilSimulated, 'SIGINT', 'SIGTERM');
    expect(wordsOf(end)).toContain('wide.yaml');
  });
});

phases('--watch', () => {
  it('ends with the run that is under way', async () => {
    const isRunning = (begun: Begun) => untilThere(begun, () => begun.text().includes('running'));
    const end = await cutReport(
      ['check', '../long.yaml', '--watch', '--workers', '1'],
      isRunning,
      'SIGINT',
    );
    expect(end.text.match(/faultline: interrupted/g)).toHaveLength(1);
    await cutReport(
      ['validate', '../large.yaml', '--watch'],
      (begun) => untilBusy(begun, 1.2),
      'SIGTERM',
    );
  });

  it('ends the run with it at a second signal', async () => {
    const args = ['compare', '../some.yaml', '--watch', '--workers', '1', '--replications', '1000'];
    const until = async (begun: Begun): Promise<void> => {
      await untilThere(begun, () => begun.text().includes('running'));
      await pause(4000);
      begun.child.kill('SIGTERM');
      await untilThere(begun, () => begun.text().includes('interrupted: writing the report'));
    };
    const { text } = await cut(args, until, 'SIGINT');
    expect(text).not.toContain('then interrupted');
  });

  it('waits for what a run keeps', async () => {
    const args = ['compare', '../some.yaml', '--watch', '--workers', '1', '--replications', '1000'];
    const end = await cutReport(
      args,
      (begun: Begun) =>
        untilThere(begun, () => begun.text().includes('running')).then(() => pause(4000)),
      'SIGTERM',
    );
    expect(wordsOf(end)).toBe(`${NOTHING}  The finished runs of ../some.yaml are reported.\n`);
  });
});
