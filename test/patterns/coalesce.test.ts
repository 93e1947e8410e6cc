import { describe, expect, it } from 'vitest';
import { coalesce } from '../../src/patterns/policies/coalesce.js';
import { deadline } from '../../src/patterns/policies/deadline.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import type { PolicyState } from '../../src/contracts/patterns/policy.js';
import type { CallResult, Callee } from '../support/fake-calls.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const after = (ms: number, outcome: Outcome = OUTCOME.ok): ReturnType<Callee> => ({
  afterNs: ms * MS,
  outcome,
});

/** A coalescing caller; calls of frame f have the key `keys[f]`, 0 where none is given. */
function sharing(written: object, callee: Callee, keys: readonly number[] = []) {
  const calls = new FakeCalls();
  calls.callee = callee;
  const { policy } = createPolicy(
    calls,
    coalesce,
    { key: 'k', ...written },
    false,
    (frame) => keys[frame] ?? 0,
  );
  return {
    calls,
    policy,
    call: (atMs: number, ...outside: PolicyState[]) => calls.call([...outside, policy], atMs * MS),
    starts: () => calls.starts.map((at) => at / MS),
  };
}

const ends = (results: readonly CallResult[]): (readonly [number, number])[] =>
  results.map(({ endNs, outcome }) => [endNs / MS, outcome! & 31]);

describe('coalesce', () => {
  it('lets one call lead and gives its answer to all that came meanwhile', () => {
    const one = sharing({}, () => after(10));
    const all = [0, 0, 3, 9].map((at) => one.call(at));
    one.calls.run();
    expect(ends(all)).toEqual(all.map(() => [10, OUTCOME.ok]));
    expect(one.starts()).toEqual([0]);
    expect(one.calls.counted('coalesced')).toBe(3);
    expect(one.policy.held()).toBe(0);
  });

  it('makes a new call once the answer is there, and one for each value of the key', () => {
    const one = sharing({}, () => after(10), [1, 2, 1, 2, 1]);
    const all = [0, 0, 5, 5, 10].map((at) => one.call(at));
    one.calls.run();
    expect(ends(all).map(([end]) => end)).toEqual([10, 10, 10, 10, 20]);
    expect(one.starts()).toEqual([0, 0, 10]);
  });

  it('shares a failure with all waiting calls', () => {
    const one = sharing({}, () => after(10, OUTCOME.serverError));
    const all = [0, 1, 2].map((at) => one.call(at));
    one.calls.run();
    expect(ends(all)).toEqual(all.map(() => [10, OUTCOME.serverError]));
    expect(one.starts()).toEqual([0]);
  });

  it('with shareErrors false lets one after the other try, until one succeeds', () => {
    const one = sharing({ shareErrors: false }, ({ nth }) =>
      after(10, nth < 3 ? OUTCOME.serverError : OUTCOME.ok),
    );
    const all = [0, 1, 2, 3].map((at) => one.call(at));
    one.calls.run();
    expect(ends(all)).toEqual([
      [10, OUTCOME.serverError],
      [20, OUTCOME.serverError],
      [30, OUTCOME.ok],
      [30, OUTCOME.ok],
    ]);
    expect(one.starts()).toEqual([0, 10, 20]);
    expect(one.calls.counted('coalesced')).toBe(1);
    expect(one.policy.held()).toBe(0);
  });

  it("a follower's own timeout detaches that follower alone", () => {
    const one = sharing({}, () => after(10));
    const clock = createPolicy(one.calls, timeout, { after: '4ms' }).policy;
    const leader = one.call(0);
    const hasty = one.call(1, clock);
    const patient = one.call(1);
    one.calls.run();
    expect(ends([leader, hasty, patient])).toEqual([
      [10, OUTCOME.ok],
      [5, OUTCOME.timeout],
      [10, OUTCOME.ok],
    ]);
    expect(one.calls.counted('coalesced')).toBe(1);
  });

  it('the end of the leader kills no follower: the oldest makes the call itself', () => {
    const one = sharing({}, () => after(10));
    const clock = createPolicy(one.calls, deadline, { after: '4ms', propagate: true }).policy;
    const leader = one.call(0, clock);
    const followers = [1, 2].map((at) => one.call(at));
    one.calls.run();
    expect(ends([leader, ...followers])).toEqual([
      [4, OUTCOME.deadlineExceeded],
      [14, OUTCOME.ok],
      [14, OUTCOME.ok],
    ]);
    expect(one.starts()).toEqual([0, 4]);
    expect(one.policy.held()).toBe(0);
  });

  it('a leader, its successor and a follower that are given up at once leave nothing behind', () => {
    const one = sharing({}, () => after(10));
    const all = [0, 0, 0].map((at) => one.call(at));
    for (const { frame } of all) one.calls.giveUp(frame, 5 * MS);
    const later = one.call(6);
    one.calls.run();
    expect(all.map(({ outcome }) => outcome)).toEqual([null, null, null]);
    expect(ends([later])).toEqual([[16, OUTCOME.ok]]);
    expect(one.starts()).toEqual([0, 6]);
    expect(one.policy.held()).toBe(0);
  });

  it('a follower that leaves in the instant of the answer is answered no more', () => {
    const one = sharing({}, () => after(10));
    const leader = one.call(0);
    const follower = one.call(1);
    // The leader's response is the first event of this instant; the follower's own is due after it.
    one.calls.at(10 * MS, () => one.calls.giveUp(follower.frame, 10 * MS), 1);
    one.calls.run();
    expect(leader.outcome).toBe(OUTCOME.ok);
    expect(one.policy.held()).toBe(0);
  });
});

describe('coalesce with a window', () => {
  it('shares an answer for t < start + window, and not at its end', () => {
    const one = sharing({ window: '30ms' }, () => after(10));
    const all = [0, 5, 10, 29.999999, 30].map((at) => one.call(at));
    one.calls.run();
    expect(ends(all).map(([end]) => end)).toEqual([10, 10, 10, 29.999999, 40]);
    expect(one.starts()).toEqual([0, 30]);
    expect(one.calls.counted('coalesced')).toBe(3);
  });

  it('is no longer joined when its call lasts longer, but its result goes to the calls that wait for it', () => {
    const one = sharing({ window: '8ms' }, ({ nth }) => after(nth === 1 ? 20 : 3));
    const all = [0, 7, 8, 10, 12].map((at) => one.call(at));
    one.calls.run();
    expect(ends(all).map(([end]) => end)).toEqual([20, 20, 11, 11, 12]);
    expect(one.starts()).toEqual([0, 8]);
  });

  it('keeps failures like opossum does without coalesceResetOn, and not with shareErrors false', () => {
    const answer: Callee = ({ nth }) => after(10, nth === 1 ? OUTCOME.serverError : OUTCOME.ok);
    const kept = sharing({ window: '30ms' }, answer);
    const late = kept.call(0) && kept.call(15);
    kept.calls.run();
    expect(ends([late])).toEqual([[15, OUTCOME.serverError]]);
    const dropped = sharing({ window: '30ms', shareErrors: false }, answer);
    const again = dropped.call(0) && dropped.call(15);
    dropped.calls.run();
    expect(ends([again])).toEqual([[25, OUTCOME.ok]]);
  });

  it('keeps no refusal of a policy inside: nothing was asked', () => {
    const refusing = sharing({ window: '30ms' }, ({ nth }) =>
      after(0, nth === 1 ? OUTCOME.rejectedBreaker : OUTCOME.ok),
    );
    const second = refusing.call(0) && refusing.call(5);
    refusing.calls.run();
    expect(ends([second])).toEqual([[5, OUTCOME.ok]]);
    expect(refusing.starts()).toEqual([0, 5]);
  });

  it('forgets its answers when the caller restarts', () => {
    const one = sharing({ window: '30ms' }, () => after(1));
    one.call(0);
    one.calls.at(5 * MS, () => one.policy.reset!());
    one.call(6);
    one.calls.run();
    expect(one.starts()).toEqual([0, 6]);
  });
});
