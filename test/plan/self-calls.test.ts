import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import { disassemble } from '../support/disassemble.js';
import type { Step } from '../../src/contracts/scenario/steps.js';
import {
  call,
  fail,
  fileOf,
  loop,
  respond,
  scenario,
  service,
  times,
  work,
} from '../support/scenario.js';

describe('self calls', () => {
  const withHelper = (helper: readonly Step[], steps: readonly Step[]): readonly string[] => {
    const { variant, file } = fileOf(
      scenario({
        services: [
          service('a', { run: steps, helper }),
          service('b', { one: [work(1)], two: [work(1)] }),
        ],
      }),
    );
    return disassemble(compile(variant, file), 'a', 'run');
  };

  it('runs the other endpoint in place', () => {
    expect(withHelper([work(2), call('b.one')], [call('self.helper'), work(5)])).toEqual([
      '0 WORK 2ms',
      '1 CALL b.one, failure ends',
      '2 WORK 5ms',
      '3 DONE ok 200',
    ]);
  });

  it('continues after the call with its result', () => {
    expect(withHelper([respond(200), work(2)], [call('self.helper'), work(5)])).toEqual([
      '0 JUMP -> 2',
      '1 WORK 2ms',
      '2 WORK 5ms',
      '3 DONE ok 200',
    ]);
  });

  it('works on beside the caller behind an early answer', () => {
    expect(withHelper([respond(202, [work(2)]), work(3)], [call('self.helper')])).toEqual([
      '0 BACKGROUND -> 1, goes on -> 3',
      '1 WORK 2ms',
      '2 DONE ok 200',
      '3 JUMP -> 5',
      '4 WORK 3ms',
      '5 DONE ok 200',
    ]);
  });

  it('clears the registers of loops in which it answers', () => {
    const lines = withHelper([loop(times(3), [respond(200)])], [call('self.helper'), work(5)]);
    expect(lines).toEqual([
      '0 SET r0 = 3, none -> 3',
      '1 JUMP -> 3',
      '2 LOOP r0 -> 1',
      '3 SET r0 = 0, none -> 4',
      '4 WORK 5ms',
      '5 DONE ok 200',
    ]);
  });

  it('takes its failures, bad answers included, for the failure of the call', () => {
    const step = call('self.helper', { onError: [work(9)] });
    expect(withHelper([call('b.one'), fail(402), respond(500)], [step])).toEqual([
      '0 CALL b.one, failure -> 4',
      '1 JUMP -> 4',
      '2 JUMP -> 4',
      '3 JUMP -> 5',
      '4 WORK 9ms',
      '5 DONE ok 200',
    ]);
  });

  it('continues after an optional call when anything in it fails', () => {
    const step = call('self.helper', { optional: true });
    expect(withHelper([call('b.one'), work(2)], [step, work(5)])[0]).toBe(
      '0 CALL b.one, failure -> 2',
    );
  });
});
