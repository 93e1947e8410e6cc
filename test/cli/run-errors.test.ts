import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cli/exit.js';
import { explainRunError, replayCommand, startedWith } from '../../src/cli/run-errors.js';
import { GuardStop, RunFailure } from '../../src/run/failure.js';

const RUN = { variant: 'naive', seed: 42, replication: 3 };

describe('what ended a run, in words', () => {
  it('names guard, place and remedy, with exit code 4', () => {
    for (const reason of ['budget', 'instant', 'depth', 'memory'] as const) {
      const stop = new GuardStop(RUN, reason, 'queue of payments: 5,000,000 waiting');
      const { exitCode, message } = told(stop);
      expect(exitCode).toBe(4);
      expect(message).toContain('shop.yaml: ');
      expect(message).toContain('variant naive, seed 42, replication 3');
      expect(message).toContain('queue of payments: 5,000,000 waiting');
      expect(message.split('\n')).toHaveLength(4);
    }
  });

  it('calls a broken law an internal error, with exit code 3 and the way to see it again', () => {
    const stack = 'InvariantError: invariant broken: permit-twice\n    at somewhere.js:1:2';
    const error = {
      name: 'InvariantError',
      message: 'invariant broken: permit-twice',
      code: '',
      stack,
    };
    const explained = explainRunError(new RunFailure(RUN, error), 'shop.yaml', (run) =>
      replayCommand('shop.yaml', run),
    );
    const { exitCode, message, cause } = explained as CommandError;
    expect(exitCode).toBe(3);
    expect(message).toContain('internal error: invariant broken: permit-twice');
    expect(message).toContain(
      'faultline run shop.yaml --variant naive --seed 42 --replications 4 --workers 1',
    );
    expect(message).not.toContain('somewhere.js');
    expect((cause as Error).stack).toBe(stack);
  });

  it('calls a full disk what it is', () => {
    const error = { name: 'Error', message: 'cannot write t: no space', code: 'ENOSPC', stack: '' };
    expect(told(new RunFailure(RUN, error))).toMatchObject({
      exitCode: 3,
      message: 'cannot write t: no space',
    });
  });

  it('leaves everything else as it is', () => {
    const error = new Error('other');
    expect(explainRunError(error, 'shop.yaml')).toBe(error);
  });

  it('quotes a file whose name a shell would take apart', () => {
    expect(replayCommand("my shop's.yaml", RUN)).toContain(`run 'my shop'\\''s.yaml' --variant`);
  });
});

describe('a run with changes of the command line', () => {
  const whatIf = {
    set: ["services.shop.title='the shop'", 'services.shop.concurrency=x2'],
    as: null,
  };

  it('is run again with them, quoted for a shell', () => {
    const command = replayCommand('shop.yaml', RUN, whatIf);
    expect(command).toContain(
      `--set 'services.shop.title='\\''the shop'\\''' --set services.shop.concurrency=x2`,
    );
    expect(replayCommand('shop.yaml', RUN, { ...whatIf, as: 'naive' })).toMatch(/ --as naive$/);
    expect(replayCommand('shop.yaml', RUN)).not.toContain('--set');
  });

  it('says so where it breaks a law', () => {
    const error = { name: 'Error', message: 'broken', code: '', stack: '' };
    const explained = explainRunError(new RunFailure(RUN, error), 'shop.yaml', (run) =>
      replayCommand('shop.yaml', run, whatIf),
    );
    expect((explained as CommandError).message).toContain('--set services.shop.concurrency=x2');
  });
});

describe('a run with changes that a command makes, such as a proof', () => {
  const error = { name: 'Error', message: 'broken', code: '', stack: '' };
  const again = (...args: readonly string[]): string => {
    startedWith(args);
    return told(new RunFailure(RUN, error)).message.split('again: ')[1]!.split('\n')[0]!;
  };

  it('is made again by the command, on one thread', () => {
    expect(again('fix', "my shop's.yaml", '--set', 'a.b=[ 1 ]')).toBe(
      `faultline fix 'my shop'\\''s.yaml' --set 'a.b=[ 1 ]' --workers 1`,
    );
    expect(again('check', 'shop.yaml', '--workers=2')).toBe(
      'faultline check shop.yaml --workers=2',
    );
  });
});

function told(error: unknown): CommandError {
  const explained = explainRunError(error, 'shop.yaml');
  expect(explained).toBeInstanceOf(CommandError);
  return explained as CommandError;
}
