import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { CASES, FAULTS, FaultBench } from './file-faults.js';
import type { FaultCode } from './file-faults.js';

/** `npm run faults:files` sets this and tries everything; it writes a report to this file. */
const REPORT = process.env['FAULTLINE_FILE_FAULTS'];
const CODES = Object.keys(FAULTS) as FaultCode[];
/**
 * With these codes every operation is tried, with the others every third: their messages and exit codes are from one
 * table.
 */
const WHOLE: ReadonlySet<FaultCode> = new Set(['ENOSPC', 'EIO', 'EROFS', 'EMFILE']);

/** Some hundred runs of the program, on a busy machine. */
const ALL_MS = 7_200_000;

describe.runIf(REPORT === undefined)('a file operation that fails', () => {
  const benches = new Map<string, FaultBench>();
  afterAll(() => {
    for (const bench of benches.values()) bench.remove();
  });
  const SAMPLE: readonly (readonly [string, FaultCode, number, 'main' | 'worker'])[] = [
    ['run --traces', 'ENOSPC', 2, 'worker'],
    ['run --traces', 'EMFILE', 1, 'worker'],
    ['check', 'EIO', 22, 'main'],
    ['check', 'EROFS', 2, 'main'],
    ['sweep', 'ENOSPC', 3, 'main'],
    ['validate', 'EIO', 3, 'main'],
    ['validate', 'EMFILE', 2, 'main'],
    ['graph', 'EDQUOT', 3, 'main'],
    ['explain', 'ENOMEM', 2, 'main'],
    ['lint', 'EACCES', 4, 'main'],
    ['lint', 'EIO', 7, 'main'],
    ['run --traces', 'EROFS', 1, 'worker'],
    ['validate', 'EACCES', 1, 'main'],
  ];
  it.each(SAMPLE)(
    '%s with %s at operation %i in %s is reported correctly',
    (name, code, n, thread) => {
      const bench = benches.get(name) ?? new FaultBench(CASES.find((one) => one.name === name)!);
      benches.set(name, bench);
      const told = bench.fault(code, n, thread);
      expect(told).not.toBeNull();
      expect([told!.operation, told!.wrong]).toEqual([told!.operation, []]);
    },
  );
});

describe.runIf(REPORT !== undefined)('every file operation that fails', () => {
  if (REPORT !== undefined) writeFileSync(REPORT, '');
  it.each(CASES)(
    'of $name is reported correctly',
    (one) => {
      const bench = new FaultBench(one);
      const wrong: unknown[] = [];
      try {
        for (const thread of one.threads) {
          for (const code of CODES) {
            let tried = 0;
            for (let n = 1; ; n += WHOLE.has(code) ? 1 : 3) {
              const told = bench.fault(code, n, thread);
              if (told === null) break;
              tried++;
              if (told.wrong.length > 0) wrong.push([one.name, thread, code, n, told]);
            }
            appendFileSync(
              REPORT!,
              `${JSON.stringify({ command: one.name, thread, code, tried })}\n`,
            );
          }
        }
      } finally {
        bench.remove();
      }
      expect(wrong).toEqual([]);
    },
    ALL_MS,
  );
});
